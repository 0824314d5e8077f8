/** A fenced block of a document. */
export interface Block {
  /** What follows the fence, such as `sh`. */
  readonly language: string;
  readonly text: string;
  /** The headings above it, from the second level on: `For operators / Probes`. */
  readonly section: string;
  /** The prose between the block before and this one. */
  readonly prose: string;
}

/** @returns the fenced blocks of a Markdown document, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const headings: string[] = [];
  let prose: string[] = [];
  let open: { language: string; lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const [, language] = /^```(\w*)/.exec(line) ?? [];
    if (open && language === '') {
      const section = headings.filter(Boolean).join(' / ');
      blocks.push({ language: open.language, text: open.lines.join('\n'), section, prose: prose.join('\n') });
      open = undefined;
      prose = [];
    } else if (open) {
      open.lines.push(line);
    } else if (language !== undefined) {
      open = { language, lines: [] };
    } else {
      const [, marks = '', title = ''] = /^(##+) (.*)$/.exec(line) ?? [];
      if (marks) headings.splice(marks.length - 2, Number.POSITIVE_INFINITY, title);
      prose.push(line);
    }
  }
  return blocks;
}

/**
 * Splits a shell block into commands: a line, with those that it continues on (a backslash, an open quote, a here-document, a loop).
 * Comments are left out.
 */
export function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (lines.length === 0 && /^\s*(#|$)/.test(line)) continue;
    lines.push(line.replace(/\s+# .*$/, ''));
    const command = lines.join('\n');
    if (isOpen(command)) continue;
    commands.push(command);
    lines = [];
  }
  return commands;
}

function isOpen(command: string): boolean {
  const [, end] = /<<'?(\w+)'?$/m.exec(command) ?? [];
  if (end) return !command.split('\n').slice(1).includes(end);
  const isLoop = /^(for|while) /.test(command) && !/^done$/m.test(command);
  return isLoop || command.endsWith('\\') || (command.match(/'/g)?.length ?? 0) % 2 === 1;
}

const withoutBlocks = (markdown: string) => markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** @returns the targets of a document's links and images. */
export const linksOf = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/\]\(([^)\s\\]+)\)/g)].map(([, target]) => target as string);

/** @returns what a document puts between single backticks. */
export const codeSpansOf = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text as string);

/** @returns the anchors of a document's headings, as GitHub makes them. */
export const anchorsOf = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Whether a command printed these lines; `…` stands for any text in a line. */
export function printedLines(output: string, lines: string): boolean {
  const pattern = lines
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`(^|\\n)${pattern}(\\n|$)`).test(output);
}
