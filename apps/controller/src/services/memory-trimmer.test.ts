import { VirtualTime } from '@patronus/testkit';
import { expect, it } from 'vitest';
import { MemoryTrimmer } from './memory-trimmer.ts';

it('gives memory back once when changes have come to rest, and never after the stop', async () => {
  const time = new VirtualTime();
  let collected = 0;
  let released = 0;
  const trimmer = new MemoryTrimmer(
    time,
    () => void collected++,
    () => void released++,
  );
  for (let change = 0; change < 5; change++) {
    trimmer.touch();
    await time.advance(9_000);
  }
  expect(collected).toBe(0);
  await time.advance(1_000);
  expect(collected).toBe(1);
  await time.advance(60_000);
  expect([collected, released]).toEqual([1, 1]);
  trimmer.touch();
  trimmer.stop();
  await time.advance(60_000);
  expect(collected).toBe(1);
  expect(time.waiting()).toEqual([]);
});

it('collects what nobody holds any more', async () => {
  const time = new VirtualTime();
  const held = new WeakRef({ large: 'x'.repeat(1_000) });
  new MemoryTrimmer(time).touch();
  await time.advance(10_000);
  expect(held.deref()).toBeUndefined();
});
