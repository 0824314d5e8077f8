import { type GrowthFigure, linesOf, power, type Reading, sizesOf } from './growth-report.js';

const colours = ['#1f6feb', '#2f6f4f', '#b35900', '#8a2be2', '#c2185b', '#00838f', '#6d4c41', '#5f6b00'];
const [left, plotWidth, plotHeight, gap, legendWidth] = [70, 420, 260, 85, 290];
const right = left + plotWidth;

/** A scale by powers of ten. */
interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
  };
}

/** Draws over the size of the table what a client waits for, and below it what the database works, each with its legend. */
export function growthPlot(figures: readonly GrowthFigure[]): string {
  const [width, height] = [right + legendWidth, 2 * (plotHeight + gap) + 20];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<title>Median latency and database CPU time against the number of tasks in the table</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="10" y="22" font-size="14">As the table grows (both axes logarithmic; flat is good)</text>
${panel(figures, 60, 'median latency, ms', ({ median }) => median)}
${panel(figures, 60 + plotHeight + gap, 'CPU time of the database per request, µs', ({ database }) => database)}
</svg>
`;
}

function panel(figures: readonly GrowthFigure[], top: number, title: string, reading: Reading): string {
  const bottom = top + plotHeight;
  const x = scaleOf(sizesOf(figures), left, right);
  const known = figures.map(reading).filter((value) => value !== undefined);
  const y = scaleOf(known, bottom, top);
  return `<text x="${left}" y="${top - 10}">${title}</text>
${y.ticks.map((tick) => `<path d="M${left} ${y.at(tick)}H${right}" stroke="#ddd"/>${label(left - 8, y.at(tick) + 4, 'end', tick)}`).join('\n')}
${x.ticks.map((tick) => `<path d="M${x.at(tick)} ${top}V${bottom}" stroke="#ddd"/>${label(x.at(tick), bottom + 18, 'middle', tick)}`).join('\n')}
<text x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle">tasks in the table</text>
${curves(figures, x, y, reading, [top, bottom])}`;
}

const label = (x: number, y: number, anchor: string, tick: number): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${tick < 1000 ? tick : power(tick)}</text>`;

/** A curve for each operation. Its name stands at its end, which is the legend. */
function curves(figures: readonly GrowthFigure[], x: Scale, y: Scale, reading: Reading, bounds: [number, number]): string {
  const lines = linesOf(figures).map(({ operation, points }) => {
    const known = points.filter((point) => reading(point) !== undefined);
    const places = known.map((point) => [x.at(point.tasks), y.at(reading(point) as number)] as const);
    return { places, name: known.length < points.length ? `${operation} (then given up)` : operation };
  });
  const heights = apart(
    lines.map(({ places }) => places.at(-1)?.[1] ?? bounds[0]),
    bounds,
  );
  const drawn = lines.map(({ name, places }, index) => {
    const colour = colours[index % colours.length];
    const dashes = index < colours.length ? '' : ' stroke-dasharray="5 3"';
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.8"${dashes}/>
${places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`).join('')}
<path d="M${places.at(-1)?.join(' ')}L${right + 22} ${heights[index]}" fill="none" stroke="${colour}" stroke-width="0.5"/>
<text x="${right + 26}" y="${(heights[index] as number) + 4}" fill="${colour}">${name}</text>`;
  });
  return drawn.join('\n');
}

/** Moves heights apart, so that the names of curves that end close together can be read. */
function apart(heights: readonly number[], [top, bottom]: [number, number]): number[] {
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  const distance = Math.min(15, Math.floor((bottom - top) / Math.max(1, heights.length - 1)));
  let bound = top;
  for (const each of order) {
    each.height = Math.max(each.height, bound);
    bound = each.height + distance;
  }
  bound = bottom;
  for (const each of [...order].reverse()) {
    each.height = Math.min(each.height, bound);
    bound = each.height - distance;
  }
  return order.sort((a, b) => a.index - b.index).map(({ height }) => height);
}
