import { describe, expect, it } from 'vitest';
import { failedDirection } from './failed-direction.ts';

const up = { healthStatus: 'up', loss: 0, reverseLoss: 0 } as const;
const hearing = { healthStatus: 'down', loss: 100, reverseLoss: null } as const;
const deaf = { healthStatus: 'down', loss: 100, reverseLoss: 100 } as const;
const silent = { healthStatus: 'unknown', loss: null, reverseLoss: null } as const;

describe('the direction in which a path failed', () => {
  it.each([
    ['its own where it hears the far end', hearing, deaf, 'forward'],
    ['the way back where the far end hears it', deaf, hearing, 'reverse'],
    ['both where neither hears the other', deaf, deaf, 'both'],
    ['its own where the far end tells the controller nothing', hearing, silent, 'forward'],
    ['not known where only the far end could tell and does not', deaf, silent, null],
    ['not known where the far end is not measured at all', deaf, undefined, null],
    ['not known until both ends have found it down', deaf, up, null],
    ['none where it is up', up, deaf, null],
  ])('is %s', (_name, path, wayBack, expected) => {
    expect(failedDirection(path, wayBack)).toBe(expected);
  });
});
