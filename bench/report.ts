import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Figure } from './measure.js';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
/** Which subject's work a figure is of. */
export const keyOf = ({ style, scenario, subject }: Figure): string => `${style} ${scenario} ${subject}`;

/**
 * The medians of several rounds, in the order of the first.
 * @param key tells which figures are of one thing.
 */
export function medians<Measured extends object>(
  figures: readonly Measured[],
  key: (figure: Measured) => string,
): readonly Measured[] {
  const groups = new Map<string, Measured[]>();
  for (const figure of figures) groups.set(key(figure), [...(groups.get(key(figure)) ?? []), figure]);
  return [...groups.values()].map((group) => {
    const entries = Object.entries(group[0] as Measured).map(([name, first]) => [
      name,
      typeof first === 'number' ? median(group.map((figure) => figure[name as keyof Measured] as number)) : first,
    ]);
    return Object.fromEntries(entries) as Measured;
  });
}

/** A table in Markdown. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Prints what was measured and writes it to `<out>/<name>.json`, with the machine and the time; failures end in an exit code. */
export async function publish<Measured extends { readonly figures: readonly { readonly failures: number }[] }>(
  out: string,
  name: string,
  measured: Measured,
  text: string,
): Promise<void> {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  await mkdir(out, { recursive: true });
  await writeFile(`${out}/${name}.json`, JSON.stringify({ machine, date: new Date().toISOString(), ...measured }, null, 2));
  console.log(`${machine}; server, load and database on the same machine\n\n${text}`);
  if (measured.figures.some(({ failures }) => failures > 0)) process.exitCode = 1;
}

/** What each figure is to that of the reference in the same scenario: CPU time a request. */
const ratio = (figure: Figure, all: readonly Figure[], reference: string): number =>
  figure.cpu / (all.find((other) => keyOf(other) === keyOf({ ...figure, subject: reference }))?.cpu ?? Number.NaN);

/** A table of subjects beside each other. */
export function table(figures: readonly Figure[], reference: string): string {
  const head = [
    '',
    'requests/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'CPU µs',
    `× ${reference}`,
    'database µs',
    'failed',
    'MiB',
    'ready ms',
  ];
  const rows = figures.map((figure) => [
    `${figure.style} ${figure.scenario}, ${figure.subject}`,
    figure.perSecond.toFixed(0),
    ...[figure.p50, figure.p95, figure.p99].map((milliseconds) => milliseconds.toFixed(1)),
    figure.cpu.toFixed(0),
    ratio(figure, figures, reference).toFixed(2),
    figure.databaseCpu.toFixed(0),
    String(figure.failures),
    figure.memory.toFixed(0),
    figure.readyMs.toFixed(0),
  ]);
  return markdown(head, rows);
}

const [rowHeight, labelWidth, plotWidth] = [22, 260, 420];

/** Bars of CPU time a request, as SVG. */
export function bars(figures: readonly Figure[]): string {
  const longest = Math.max(...figures.map(({ cpu }) => cpu));
  const rows = figures.map(({ style, scenario, subject, cpu }, index) => {
    const y = 40 + index * rowHeight;
    const width = (cpu / longest) * plotWidth;
    return `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${style} ${scenario}, ${subject}</text>
<rect x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${subject === 'by hand' ? '#9aa5b1' : '#2f6f4f'}"/>
<text x="${labelWidth + width + 6}" y="${y + 14}">${cpu.toFixed(0)}</text>`;
  });
  const height = 50 + figures.length * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${height}" font-family="sans-serif" font-size="12">
<rect width="760" height="${height}" fill="#fff"/>
<text x="10" y="22" font-size="14">CPU time of the server a request, in µs (less is better)</text>
${rows.join('\n')}
</svg>
`;
}
