import type { Observations } from '../observations.ts';
import type { ObservedEvent } from '../ports.ts';
import type { Scale } from './scale.ts';
import { colours, layout, lineFrom, textAt } from './svg.ts';

type MoveKind = keyof typeof moveNames;

/** Events that tell of a move of traffic, as a label calls them. */
const moveNames = { failover: 'failover', failback: 'failback', better_path: 'better path' } as const;

/** A moment to be seen in every panel. */
export interface Mark {
  readonly timeMs: number;
  readonly kind: 'step' | MoveKind;
  readonly text: string;
}

/** Moves of traffic this close are of one cause and get one label. */
const togetherMs = 400;
/** Mean width of a letter of the labels, px. */
const letterWidth = 5.6;
const labelSize = 10.5;

/** Steps, and moves of traffic, those close together in one mark. */
export function marksOf(seen: Pick<Observations, 'steps' | 'events'>): Mark[] {
  const steps = seen.steps.map(({ startedMs, text }): Mark => ({ timeMs: startedMs, kind: 'step', text }));
  const moves = (Object.keys(moveNames) as MoveKind[]).flatMap((kind) => movesOf(seen.events, kind));
  return [...steps, ...moves].toSorted((a, b) => a.timeMs - b.timeMs);
}

function movesOf(events: readonly ObservedEvent[], kind: MoveKind): Mark[] {
  const groups: ObservedEvent[][] = [];
  for (const event of events.filter(({ event_type }) => event_type === kind)) {
    const last = groups.at(-1);
    if (last !== undefined && movedAt(event) - movedAt(last[0]!) < togetherMs) last.push(event);
    else groups.push([event]);
  }
  return groups.map((group) => ({
    timeMs: movedAt(group[0]!),
    kind,
    text: `${moveNames[kind]} ${describeMoves(group)}`,
  }));
}

/** When the kernel had moved it; else when it was told. */
function movedAt({ metadata, timestamp }: ObservedEvent): number {
  const kernelAt = metadata['kernel_at'];
  return typeof kernelAt === 'number' ? kernelAt : timestamp;
}

const describeMoves = (group: readonly ObservedEvent[]): string => {
  const policies = [...new Set(group.map(({ metadata }) => String(metadata['policy'])))];
  const sites = [...new Set(group.map(({ site }) => site ?? 'somewhere'))];
  return `${policies.join(', ')} at ${sites.join(', ')}`;
};

/** A mark with the row of the label lane in which it does not cover another. */
export interface PlacedMark extends Mark {
  readonly x: number;
  readonly row: number;
  /** The label reads to the left where there is no room to the right. */
  readonly leftwards: boolean;
}

export function placeMarks(marks: readonly Mark[], scaleX: Scale): PlacedMark[] {
  const rows: [number, number][][] = [];
  return marks.map((mark) => {
    const x = scaleX(mark.timeMs);
    const width = mark.text.length * letterWidth + 8;
    const leftwards = x + width > layout.width;
    const span: [number, number] = leftwards ? [x - width, x] : [x, x + width];
    let row = rows.findIndex((taken) => taken.every(([from, to]) => span[1] < from || span[0] > to));
    if (row < 0) row = rows.push([]) - 1;
    rows[row]!.push(span);
    return { ...mark, x, row, leftwards };
  });
}

/** The label lane, and a line from each label down through all panels. */
export function drawMarks(marks: readonly PlacedMark[], top: number, bottom: number): string {
  return marks
    .map(({ kind, text, x, row, leftwards }) => {
      const y = top + row * layout.laneHeight;
      const colour = colours[kind];
      const line = lineFrom(
        x,
        y - 9,
        x,
        bottom,
        colour,
        kind === 'step' ? ' stroke-dasharray="4 3"' : ' stroke-width="1.5"',
      );
      const label = textAt(leftwards ? x - 4 : x + 4, y, text, {
        size: labelSize,
        colour,
        anchor: leftwards ? 'end' : 'start',
      });
      return line + label;
    })
    .join('\n');
}
