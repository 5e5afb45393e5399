/**
 * Shows an approved text: paragraphs, line breaks, simple lists, bold, links. Nothing else, and
 * every word ends up as a text node: no markup from a server is ever parsed as HTML.
 */

import type { ComponentChild } from "preact";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "bold"; text: string }
  | { kind: "link"; text: string; href: string };
export type Block = { kind: "lines"; lines: Inline[][] } | { kind: "list"; ordered: boolean; items: Inline[][] };

const BULLET = /^\s*(?:[-*•]|\d{1,2}[.)])\s+/;
const NUMBER = /^\s*\d{1,2}[.)]\s+/;
const TOKEN =
  /\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\(([^()\s]+)\)|(https:\/\/[^\s<>"']+)|((?<![\d+])(?:\+\d{10,14}|(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4})(?!\d))/gi;

/** The address when it is one a patient may be led to; null otherwise. */
export function safeHref(href: string, schemes: readonly string[] = ["https:", "tel:", "sms:"]): string | null {
  const trimmed = href.trim();
  if (/[\u0000-\u0020\u007f]/.test(trimmed)) return null;
  const scheme = /^([a-z]+:)/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) return null;
  if (scheme !== "https:") return /^(tel|sms):\+?[\d*#().-]+(\?&?body=[\w%.-]*)?$/i.test(trimmed) ? trimmed : null;
  try {
    const url = new URL(trimmed);
    return url.username || url.password ? null : url.href;
  } catch {
    return null;
  }
}

const dialled = (phone: string) => `tel:${phone.startsWith("+") ? "+" : ""}${phone.replace(/\D/g, "")}`;

function link(text: string, href: string): Inline[] {
  const safe = safeHref(href);
  return safe === null ? [{ kind: "text", text }] : [{ kind: "link", text, href: safe }];
}

/** The full stop or bracket behind an address belongs to the sentence. */
function bareAddress(found: string): Inline[] {
  const address = found.replace(/[.,;:!?)\]]+$/, "");
  const rest = found.slice(address.length);
  return [...link(address, address), ...(rest ? [{ kind: "text", text: rest } as const] : [])];
}

export function parseInline(line: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > from) parts.push({ kind: "text", text: line.slice(from, match.index) });
    const [whole, bold, label, href, address, phone] = match;
    if (bold !== undefined) parts.push({ kind: "bold", text: bold });
    else if (label !== undefined && href !== undefined) parts.push(...link(label, href));
    else if (address !== undefined) parts.push(...bareAddress(address));
    else if (phone !== undefined) parts.push(...link(phone, dialled(phone)));
    from = match.index + whole.length;
  }
  if (from < line.length) parts.push({ kind: "text", text: line.slice(from) });
  return parts;
}

export function parseBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    if (line.trim() === "") {
      open = null;
      continue;
    }
    const listed = BULLET.test(line);
    const ordered = NUMBER.test(line);
    const content = parseInline(listed ? line.replace(BULLET, "") : line.replace(/^#{1,6}\s+/, "").trim());
    if (listed) {
      if (open?.kind !== "list" || open.ordered !== ordered) {
        open = { kind: "list", ordered, items: [] };
        blocks.push(open);
      }
      open.items.push(content);
    } else {
      if (open?.kind !== "lines") {
        open = { kind: "lines", lines: [] };
        blocks.push(open);
      }
      open.lines.push(content);
    }
  }
  return blocks;
}

function showInline(parts: Inline[]): ComponentChild[] {
  return parts.map((part) => {
    if (part.kind === "bold") return <strong>{part.text}</strong>;
    if (part.kind === "text") return part.text;
    const away = part.href.startsWith("https:") ? { target: "_blank", rel: "noopener noreferrer" } : {};
    return (
      <a href={part.href} {...away}>
        {part.text}
      </a>
    );
  });
}

const showLines = (lines: Inline[][]) =>
  lines.flatMap((line, index) => (index === 0 ? showInline(line) : [<br />, ...showInline(line)]));

export function RichText({ text }: { text: string }) {
  return (
    <>
      {parseBlocks(text).map((block) => {
        if (block.kind === "lines") return <p>{showLines(block.lines)}</p>;
        const items = block.items.map((item) => <li>{showInline(item)}</li>);
        return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
      })}
    </>
  );
}

/** What a patient wrote: its line breaks, and not even links. */
export function PlainText({ text }: { text: string }) {
  return (
    <p>
      {text.split(/\r\n|\r|\n/).flatMap((line, index) => (index === 0 ? [line] : [<br />, line]))}
    </p>
  );
}
