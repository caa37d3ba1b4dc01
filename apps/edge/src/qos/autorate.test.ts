import { describe, expect, it } from 'vitest';
import { initialAutorate, stepAutorate, type AutorateState } from './autorate.ts';

const boughtBps = 20_000_000;
const baseMs = 20;

/** A line that carries less than was bought: what is sent beyond queues in the provider's equipment, up to 200 ms. */
class Line {
  state: AutorateState = initialAutorate(boughtBps);
  carriesBps: number;
  #queuedBits = 0;
  #second = 0;
  highestMs = 0;

  constructor(carriesBps: number) {
    this.carriesBps = carriesBps;
  }

  run(seconds: number, wantedBps: number): void {
    this.highestMs = 0;
    for (let second = 0; second < seconds; second++) {
      this.#second += 1;
      const sentBps = Math.min(wantedBps, this.state.rateBps);
      const room = this.carriesBps * 0.2;
      this.#queuedBits = Math.min(room, Math.max(0, this.#queuedBits + sentBps - this.carriesBps));
      const delayMs = baseMs + (this.#queuedBits / this.carriesBps) * 1_000;
      this.highestMs = Math.max(this.highestMs, delayMs);
      const sample = { atMs: this.#second * 1_000, loadBps: sentBps, delayMs };
      this.state = stepAutorate(this.state, sample, { boughtBps, seconds: 1 });
    }
  }
}

describe('the rate of a line that follows its delay', () => {
  it('stays what was bought while the line carries that', () => {
    const line = new Line(boughtBps);
    line.run(60, 1_000_000);
    line.run(3_600, 100_000_000);
    expect(line.state.rateBps).toBe(boughtBps);
  });

  it('falls to what the line carries within seconds, and the queue drains', () => {
    const line = new Line(8_000_000);
    line.run(10, 1_000_000);
    line.run(30, 100_000_000);
    line.run(60, 100_000_000);
    expect(line.state.rateBps).toBeLessThan(9_500_000);
    expect(line.state.rateBps).toBeGreaterThan(5_500_000);
    expect(line.highestMs).toBeLessThan(baseMs + 120);
  });

  it('grows back when the line does', () => {
    const line = new Line(8_000_000);
    line.run(10, 1_000_000);
    line.run(60, 100_000_000);
    line.carriesBps = boughtBps;
    line.run(180, 100_000_000);
    expect(line.state.rateBps).toBe(boughtBps);
  });

  it('forgets what it learned while nobody needs the line', () => {
    const line = new Line(8_000_000);
    line.run(10, 1_000_000);
    line.run(60, 100_000_000);
    line.carriesBps = boughtBps;
    line.run(600, 500_000);
    expect(line.state.rateBps).toBe(boughtBps);
  });

  it('is left alone by delay that comes without load, and by a line of which nothing is measured', () => {
    let state = initialAutorate(boughtBps);
    for (let second = 1; second < 100; second++) {
      const delayMs = second % 3 === 0 ? null : second < 20 ? 20 : 120;
      const sample = { atMs: second * 1_000, loadBps: 1_000_000, delayMs };
      state = stepAutorate(state, sample, { boughtBps, seconds: 1 });
    }
    expect(state.rateBps).toBe(boughtBps);
  });

  it('never falls below a fifth of what was bought', () => {
    const line = new Line(100_000);
    line.run(10, 50_000);
    line.run(3_600, 100_000_000);
    expect(line.state.rateBps).toBeGreaterThanOrEqual(boughtBps * 0.2);
  });
});
