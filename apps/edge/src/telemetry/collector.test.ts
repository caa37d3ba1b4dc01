import type { PathId } from '@patronus/core';
import type { PathReport } from '@patronus/protocol';
import { expect, it } from 'vitest';
import { TelemetryCollector } from './collector.ts';

it('adds up what applications carried until it is told, and tells flows of the latest word only', () => {
  const collector = new TelemetryCollector();
  const ssh = { application: 'ssh', flows: 2, bytesSent: 10, bytesReceived: 20 };
  const zoom = { ...ssh, application: 'zoom' };
  collector.addApplications([ssh, zoom]);
  collector.addApplications([ssh]);
  expect(collector.take(0, 1, false)).toBeNull();
  expect(collector.take(1, 2, true)?.applications).toEqual([
    { ...ssh, bytesSent: 20, bytesReceived: 40 },
    { ...zoom, flows: 0 },
  ]);
  expect(collector.take(2, 3, true)).toBeNull();
});

it('tells a path whose health changed at once, and the figures of others when all are told', () => {
  const collector = new TelemetryCollector();
  const way = { delayMs: 7, jitterMs: 0, lossPercent: 0 };
  const quality = { rttMs: 14, forward: way, reverse: way, mos: 4.4 };
  const report = (pathId: string, health: 'up' | 'down', since: number): PathReport => {
    return { pathId: pathId as PathId, health, since, quality, sent: 1, received: 1 };
  };
  collector.addPaths([report('a', 'up', 1), report('b', 'up', 1)]);
  expect(collector.take(0, 1, true)?.paths).toHaveLength(2);
  collector.addPaths([report('a', 'up', 1), report('b', 'down', 2)]);
  expect(collector.take(1, 2, false)?.paths).toEqual([report('b', 'down', 2)]);
  expect(collector.take(2, 3, false)).toBeNull();
  expect(collector.take(3, 4, true)?.paths).toEqual([report('a', 'up', 1)]);
});
