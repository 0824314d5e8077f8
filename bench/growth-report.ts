/** What one operation cost at one size: times in milliseconds, CPU time of the database in microseconds a request. */
export interface GrowthFigure {
  readonly operation: string;
  readonly tasks: number;
  readonly requests: number;
  readonly median: number;
  readonly p95: number;
  /** Undefined when a request was given up after the time that a statement may take: that ends the connection, and the count with it. */
  readonly database?: number;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
/** The sizes that were measured, in their order. */
export const sizesOf = (figures: readonly GrowthFigure[]) => unique(figures.map(({ tasks }) => tasks));
/** What was measured of each operation, by size. */
export const linesOf = (figures: readonly GrowthFigure[]) =>
  unique(figures.map(({ operation }) => operation)).map((operation) => ({
    operation,
    points: figures.filter((figure) => figure.operation === operation),
  }));

/** One number of a figure. */
export type Reading = (figure: GrowthFigure) => number | undefined;

const times = (last: number | undefined, first: number | undefined): string => (last && first ? `${short(last / first)} ×` : '–');

/** Two digits that mean something. */
const short = (value: number): string => (value < 100 ? value.toPrecision(2) : value.toFixed(0));
/** 10000 → `10⁴`. */
export const power = (value: number): string =>
  `10${[...String(Math.round(Math.log10(value)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '⁻').join('')}`;

/** A table in Markdown: operation × size, and what the last size is to the first. */
export function growthTable(figures: readonly GrowthFigure[]): string {
  const head = ['median (p95) ms · database CPU µs', ...sizesOf(figures).map((size) => `${power(size)} tasks`), 'last/first'];
  const rows = linesOf(figures).map(({ operation, points }) => {
    const [first, last] = [points[0] as GrowthFigure, points.at(-1) as GrowthFigure];
    const ratio = (of: Reading) => times(of(last), of(first));
    const cells = points.map(
      ({ median, p95, database }) => `${short(median)} (${short(p95)}) · ${database ? short(database) : 'given up'}`,
    );
    return [operation, ...cells, `${ratio(({ median }) => median)} · ${ratio(({ database }) => database)}`];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
