/**
 * Mean opinion score of a G.711 call with packet-loss concealment, from the E-model of ITU-T G.107 with its default
 * values. Shapes: one-way delay and jitter in ms, loss in percent; answer 1 (bad) to 4.5 (as good as a call gets).
 *
 * - Delay impairment Idd: G.107 (12/2015), section 7.4, in the two-slope form of Cole and Rosenbluth (2001) that fits it
 *   below 400 ms. A jitter buffer holds twice the jitter, which counts as delay.
 * - Loss impairment Ie-eff: section 7.5 with Ie = 0, Bpl = 25.1 (G.113, G.711 with concealment) and random loss.
 * - R to MOS: annex B.
 */
export function meanOpinionScore(quality: { delayMs: number; jitterMs: number; lossPercent: number }): number {
  const delay = quality.delayMs + 2 * quality.jitterMs;
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const lossImpairment = (95 * quality.lossPercent) / (quality.lossPercent + 25.1);
  const rating = Math.min(100, Math.max(0, 93.2 - delayImpairment - lossImpairment));
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
