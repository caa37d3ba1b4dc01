import type { ScenarioReport } from '../report.ts';
import { drawMarks, marksOf, placeMarks } from './marks.ts';
import { clipResult } from './clip.ts';
import { drawPanel, type Panel } from './panels.ts';
import { linear, ticks } from './scale.ts';
import { colours, layout, lineFrom, textAt } from './svg.ts';

const axisHeight = 34;
const longestDescription = 135;

/** Draws a run as an SVG document, 900 px wide and as high as its streams need. */
export function plotReport({ scenario, observations, holds }: ScenarioReport): string {
  const { startedMs, endedMs, streams } = observations;
  const scaleX = linear(startedMs, endedMs, layout.left, layout.right);
  const marks = placeMarks(
    marksOf(observations).filter(({ timeMs }) => timeMs >= startedMs && timeMs <= endedMs),
    scaleX,
  );
  const laneTop = layout.title + 18;
  const panelsTop = laneTop + (Math.max(0, ...marks.map(({ row }) => row)) + 1) * layout.laneHeight;
  const panels: Panel[] = [];
  let bottom = panelsTop;
  for (const stream of streams) {
    const panel = drawPanel({ ...stream, result: clipResult(stream.result, { startedMs, endedMs }) }, bottom, scaleX);
    panels.push(panel);
    bottom += panel.height + layout.panelGap;
  }
  const axis = ticks((endedMs - startedMs) / 1000, 12)
    .filter((second) => startedMs + second * 1000 <= endedMs)
    .map((second) => {
      const x = scaleX(startedMs + second * 1000);
      const figure = textAt(x, bottom + 14, `${second} s`, { size: 10, colour: colours.faint, anchor: 'middle' });
      return lineFrom(x, panelsTop, x, bottom, colours.grid) + figure;
    });
  const height = bottom + axisHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" width="${layout.width}" height="${height}" font-family="system-ui, sans-serif">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    textAt(layout.left, 24, `${scenario.name}: ${holds ? 'all held' : 'not all held'}`, { size: 16, bold: true }),
    textAt(layout.left, 42, shortened(scenario.description), { colour: colours.faint }),
    ...axis,
    ...panels.map(({ svg }) => svg),
    drawMarks(marks, laneTop, bottom),
    ...panels.map(({ title }) => title),
    textAt(layout.left, bottom + 28, new Date(startedMs).toISOString(), { size: 9, colour: colours.faint }),
    '</svg>\n',
  ].join('\n');
}

const shortened = (text: string): string =>
  text.length <= longestDescription ? text : `${text.slice(0, longestDescription - 1)}…`;
