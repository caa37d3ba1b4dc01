import type uPlot from 'uplot';
import type { Bound, EventMark, Series } from './chart-data.ts';
import type { Span } from './time-range.ts';

interface ChartLook {
  readonly width: number;
  readonly height: number;
  readonly series: readonly Series[];
  /** Each series on top of those before it: the ground between two is that of the upper one. */
  readonly stacked: boolean;
  readonly least: number;
  readonly format: (value: number | null) => string;
  /** What is drawn over the curves; read anew at every drawing. */
  readonly over: { readonly current: { readonly bounds: readonly Bound[]; readonly marks: readonly EventMark[] } };
  readonly onIndex: (index: number | null) => void;
  readonly onZoom: (span: Span) => void;
  readonly onReset: () => void;
}

/** Charts with the same key move their crosshairs together. */
const cursorKey = 'charts';

/** A plot as uPlot wants it described. */
export function chartOptions(look: ChartLook): uPlot.Options {
  const { width, height, series, over, format, least, onIndex, onZoom, onReset } = look;
  const highest = (): number => Math.max(least, ...over.current.bounds.map(({ value }) => value * 1.1));
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      sync: { key: cursorKey, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      bind: {
        dblclick: () => () => {
          onReset();
          return null;
        },
      },
    },
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(high ?? 0, highest()) * 1.15 || 1] } },
    axes: [
      { ...axis(), size: 28, space: 90, values: (_plot, ticks) => timeTexts(ticks) },
      { ...axis(), size: 78, space: 28, values: (_plot, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [{}, ...series.map(curve)],
    bands: look.stacked ? series.slice(1).map((_series, place) => ({ series: [place + 2, place + 1] })) : [],
    hooks: {
      setCursor: [(plot) => onIndex(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoomTo(plot, onZoom)],
      draw: [(plot) => drawBounds(plot, over.current.bounds), (plot) => drawMarks(plot, over.current.marks)],
    },
  };
}

/** Times of day as fine as their distance, with the date where a day begins. Seconds since 1970. */
function timeTexts(ticks: readonly number[]): string[] {
  const apart = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    const clock = date.toLocaleTimeString('en-GB');
    if (clock === '00:00:00' || apart >= 86_400) return date.toLocaleDateString('en-CA').slice(5);
    return apart < 60 ? clock : clock.slice(0, 5);
  });
}

/** Less is a click and no drag, px. */
const leastDrag = 6;

function zoomTo(plot: uPlot, onZoom: (span: Span) => void): void {
  const { left, width } = plot.select;
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  // Plots that only follow the one pointed at have no pointer of their own.
  if (width < leastDrag || plot.cursor.event === undefined || plot.cursor.event === null) return;
  onZoom({ from: plot.posToVal(left, 'x') * 1000, to: plot.posToVal(left + width, 'x') * 1000 });
}

const colorOf = (variable: string): string => getComputedStyle(document.documentElement).getPropertyValue(variable);
const font = "11px 'Inter Variable', system-ui, sans-serif";

const axis = (): uPlot.Axis => ({
  stroke: colorOf('--muted'),
  font,
  grid: { stroke: colorOf('--line'), width: 1 },
  ticks: { show: false },
});

function curve({ color, dashed, filled }: Series): uPlot.Series {
  const stroke = colorOf(color);
  return {
    stroke,
    width: 1.5,
    points: { show: false },
    ...(dashed === true ? { dash: [4, 3] } : {}),
    ...(filled === true ? { fill: `color-mix(in srgb, ${stroke} 18%, transparent)` } : {}),
  };
}

function drawBounds(plot: uPlot, bounds: readonly Bound[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colorOf('--down');
  ctx.setLineDash([6, 4]);
  ctx.font = scaledFont();
  for (const { value, label } of bounds) {
    const y = plot.valToPos(value, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    line(ctx, [bbox.left, y], [bbox.left + bbox.width, y]);
    ctx.textAlign = 'right';
    ctx.fillText(label, bbox.left + bbox.width - 4, y - 4);
  }
  ctx.restore();
}

function drawMarks(plot: uPlot, marks: readonly EventMark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = scaledFont();
  ctx.textAlign = 'left';
  let lastText = Number.NEGATIVE_INFINITY;
  for (const { at, text, color } of marks) {
    const x = plot.valToPos(at / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colorOf(color);
    line(ctx, [x, bbox.top], [x, bbox.top + bbox.height]);
    // Texts that would lie on each other are left out; the list of events has them.
    if (x < lastText) continue;
    ctx.fillText(text, x + 4, bbox.top + 12 * devicePixelRatio);
    lastText = x + ctx.measureText(text).width + 12;
  }
  ctx.restore();
}

const scaledFont = (): string => font.replace('11px', `${11 * devicePixelRatio}px`);

function line(ctx: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
