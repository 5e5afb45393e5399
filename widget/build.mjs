// Builds the widget, the desk and the demo page into server/static, with a manifest that says
// which sources they were built from (tests/widget/test_build_is_current.py checks it).
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, "..", "server", "static");
const entries = {
  widget: "src/patient/index.ts",
  desk: "src/staff/index.tsx",
  demo: "src/demo/index.tsx",
};
const pages = { staff: "pages/staff.html", demo: "pages/demo.html" };
const inputs = ["src", "pages", "build.mjs", "package-lock.json", "tsconfig.json", "vite.config.mjs"];

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

async function filesUnder(path) {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (found === null) return [path];
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function digestOfSources() {
  const files = (await Promise.all(inputs.map((name) => filesUnder(join(root, name))))).flat();
  const named = files.map((path) => [relative(root, path).split(sep).join("/"), path]);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = await Promise.all(
    named.map(async ([name, path]) => `${name} ${sha256(await readFile(path))}\n`),
  );
  return sha256(...lines);
}

async function buildEntry(name, entry) {
  await build({
    root,
    configFile: join(root, "vite.config.mjs"),
    logLevel: "warn",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2021",
      minify: "esbuild",
      copyPublicDir: false,
      lib: { entry: join(root, entry), name: `portico_${name}`, formats: ["iife"], fileName: () => `${name}.js`, cssFileName: name },
    },
  });
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [name, entry] of Object.entries(entries)) await buildEntry(name, entry);
for (const [name, page] of Object.entries(pages)) await copyFile(join(root, page), join(out, `${name}.html`));
const built = {};
for (const name of (await readdir(out)).sort()) built[name] = sha256(await readFile(join(out, name)));
await writeFile(
  join(out, "manifest.json"),
  `${JSON.stringify({ sources: await digestOfSources(), files: built }, null, 2)}\n`,
);
for (const name of Object.keys(built)) console.log(`server/static/${name}`, (await readFile(join(out, name))).length);
