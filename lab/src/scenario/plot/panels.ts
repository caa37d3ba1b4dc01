import type { RequestResult, StreamResult, TcpResult, UdpResult } from '../../traffic/index.ts';
import { linear, ticks, type Scale } from './scale.ts';
import { colours, coordinate, curve, layout, lineFrom, rectangle, textAt } from './svg.ts';

const titleHeight = 20;
const plotHeight = 110;
const stripGap = 14;
const stripHeight = 34;

/** A stream's drawing, and how high it is. */
export interface Panel {
  readonly svg: string;
  /** Goes over everything else. */
  readonly title: string;
  readonly height: number;
}

export function drawPanel({ name, stream, result }: StreamResult, top: number, scaleX: Scale): Panel {
  const what = { udp: 'one-way delay, ms', tcp: 'rate, Mbit/s', request: 'latency, ms' }[result.kind];
  const title =
    textAt(layout.left, top + 12, `${name} (${result.kind}, ${stream.from.site} → ${stream.to.site})`, {
      bold: true,
      halo: true,
    }) + textAt(layout.right, top + 12, what, { colour: colours.faint, anchor: 'end', halo: true });
  const plotTop = top + titleHeight;
  switch (result.kind) {
    case 'udp':
      return {
        title,
        svg: drawDelay(result, plotTop, scaleX) + drawLoss(result, plotTop + plotHeight + stripGap, scaleX),
        height: titleHeight + plotHeight + stripGap + stripHeight,
      };
    case 'tcp':
      return { title, svg: drawRate(result, plotTop, scaleX), height: titleHeight + plotHeight };
    case 'request':
      return { title, svg: drawLatency(result, plotTop, scaleX), height: titleHeight + plotHeight };
  }
}

/** Grid lines and their figures; answers the scale. */
function frame(top: number, height: number, max: number, wanted: number): { svg: string; scaleY: Scale } {
  const values = ticks(max, wanted);
  const scaleY = linear(0, values.at(-1)!, top + height, top);
  const svg = values
    .map((value) => {
      const y = scaleY(value);
      const figure = textAt(layout.left - 6, y + 3.5, String(value), {
        size: 10,
        colour: colours.faint,
        anchor: 'end',
      });
      return lineFrom(layout.left, y, layout.right, y, colours.grid) + figure;
    })
    .join('');
  return { svg, scaleY };
}

function drawDelay(result: UdpResult, top: number, scaleX: Scale): string {
  const highest = Math.max(1, ...result.slices.map(({ maxDelayMs }) => maxDelayMs ?? 0));
  const { svg, scaleY } = frame(top, plotHeight, highest * 1.05, 4);
  const outages = shade(result.outages, top, scaleX);
  const spread = result.slices
    .filter((slice) => slice.maxDelayMs !== null)
    .map((slice) => {
      const [high, low] = [scaleY(slice.maxDelayMs!), scaleY(slice.delayMs!)];
      return rectangle(
        scaleX(slice.startMs),
        high,
        scaleX(slice.startMs + 100) - scaleX(slice.startMs),
        low - high,
        colours.spread,
      );
    });
  const points = result.slices.map(({ startMs, delayMs }) =>
    delayMs === null ? null : ([scaleX(startMs + 50), scaleY(delayMs)] as const),
  );
  return outages + svg + spread.join('') + curve(points, colours.delay);
}

function drawLoss(result: UdpResult, top: number, scaleX: Scale): string {
  const scaleY = linear(0, 100, top + stripHeight, top);
  const label = (text: string, y: number): string =>
    textAt(layout.left - 6, y, text, { size: 10, colour: colours.faint, anchor: 'end' });
  const bars = result.slices
    .filter(({ lost }) => lost > 0)
    .map(({ startMs, sent, lost }) => {
      const y = scaleY((100 * lost) / sent);
      return rectangle(
        scaleX(startMs),
        y,
        scaleX(startMs + 100) - scaleX(startMs),
        top + stripHeight - y,
        colours.loss,
      );
    });
  return [
    lineFrom(layout.left, top, layout.right, top, colours.grid),
    lineFrom(layout.left, top + stripHeight, layout.right, top + stripHeight, colours.grid),
    label('100 %', top + 4),
    label('loss 0', top + stripHeight + 3),
    ...bars,
  ].join('');
}

function drawRate(result: TcpResult, top: number, scaleX: Scale): string {
  const megabits = result.slices.map(({ rateBps }) => rateBps / 1e6);
  const { svg, scaleY } = frame(top, plotHeight, Math.max(0.1, ...megabits), 4);
  const bars = result.slices
    .filter(({ rateBps }) => rateBps > 0)
    .map(({ startMs, rateBps }) => {
      const y = scaleY(rateBps / 1e6);
      return rectangle(
        scaleX(startMs),
        y,
        scaleX(startMs + 100) - scaleX(startMs),
        top + plotHeight - y,
        colours.rateFill,
      );
    });
  const points = result.slices.map(({ startMs }, index) => [scaleX(startMs + 50), scaleY(megabits[index]!)] as const);
  return shade(result.stalls, top, scaleX) + svg + bars.join('') + curve(points, colours.rate);
}

function drawLatency(result: RequestResult, top: number, scaleX: Scale): string {
  const highest = Math.max(1, ...result.outcomes.map(({ latencyMs }) => latencyMs));
  const { svg, scaleY } = frame(top, plotHeight, highest, 4);
  const dots = result.outcomes.map(({ startedMs, latencyMs, failure }) => {
    const [x, y] = [coordinate(scaleX(startedMs)), coordinate(scaleY(latencyMs))];
    return `<circle cx="${x}" cy="${y}" r="2" fill="${failure === null ? colours.delay : colours.loss}"/>`;
  });
  return svg + dots.join('');
}

const shade = (
  spans: readonly { readonly fromMs: number; readonly toMs: number }[],
  top: number,
  scaleX: Scale,
): string =>
  spans
    .map(({ fromMs, toMs }) =>
      rectangle(scaleX(fromMs), top, scaleX(toMs) - scaleX(fromMs), plotHeight, colours.outage),
    )
    .join('');
