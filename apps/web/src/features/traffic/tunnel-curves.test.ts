import { expect, it } from 'vitest';
import { tunnelCurves } from './tunnel-curves.ts';

it('curves of tunnels end before what is still on its way, and do not fall to zero there', () => {
  const now = 1_000_000_000;
  const told = [50_000, 40_000, 30_000].map((age) => ({ timestamp: now - age, bytes_sent: 1_250, bytes_received: 0 }));
  const [sent, received] = tunnelCurves(told, { from: now - 50_000, to: now }, 10_000, now);
  expect(sent).toMatchObject({ label: 'sent', values: [1_000, 1_000, 1_000] });
  expect(sent?.times.at(-1)).toBe(now - 30_000);
  expect(received?.values).toEqual([0, 0, 0]);
});
