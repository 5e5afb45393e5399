// The one place that says how sources are compiled; build.mjs adds what each page needs.
import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
