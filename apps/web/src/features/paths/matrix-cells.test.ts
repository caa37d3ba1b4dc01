import { describe, expect, it } from 'vitest';
import type { Path, PathHealth } from '../../shared/live/network-documents.ts';
import { gradeOf, matrixCells, type MatrixFigure } from './matrix-cells.ts';

const path = (health: PathHealth, latency: number | null, fields: Partial<Path> = {}): Path => ({
  id: `${health} ${latency}`,
  source_endpoint_id: 'a',
  dest_endpoint_id: 'b',
  source_site: 'hq',
  dest_site: 'branch',
  source_label: 'mpls',
  dest_label: 'mpls',
  latency,
  jitter: 1,
  loss: 0,
  mos: 4.4,
  bandwidth: null,
  health_status: health,
  since: 0,
  reported_at: 0,
  stale: false,
  override: null,
  ...fields,
});
const cell = (figure: MatrixFigure, ...paths: Path[]) => matrixCells(paths, figure).get('hq\tbranch');

describe('a cell of the matrix', () => {
  it('has the figure of the best path that can be used', () => {
    expect(cell('delay', path('up', 40), path('up', 20), path('down', 3))?.value).toBe(20);
    expect(cell('mos', path('up', 1, { mos: 3 }), path('up', 2, { mos: 4.2 }))?.value).toBe(4.2);
  });

  it('is poor where no path is left, whatever was measured before', () => {
    expect(gradeOf(cell('delay', path('down', 3)), 'delay')).toBe('poor');
  });

  it('tells of one bad path among good ones', () => {
    const both = cell('state', path('up', 1), path('down', null));
    expect(both).toMatchObject({ best: 'up', worst: 'down' });
    expect(gradeOf(both, 'state')).toBe('fair');
  });

  it('is graded by what people feel when they talk', () => {
    const grades = [20, 200, 500].map((delay) => gradeOf(cell('delay', path('up', delay)), 'delay'));
    expect(grades).toEqual(['good', 'fair', 'poor']);
    expect(gradeOf(cell('mos', path('up', 1, { mos: 2 })), 'mos')).toBe('poor');
  });

  it('has no grade without a path or a measurement', () => {
    expect(gradeOf(undefined, 'delay')).toBe('none');
    expect(gradeOf(cell('delay', path('unknown', null)), 'delay')).toBe('none');
  });
});
