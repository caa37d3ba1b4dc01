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
