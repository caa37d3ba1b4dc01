/** What an uplink did since it was last looked at. */
export interface LineSample {
  /** By a clock that does not jump, ms. */
  readonly atMs: number;
  /** What left by it, bit/s as its line counts. */
  readonly loadBps: number;
  /** The least one-way delay of its paths, ms; null where nothing is measured. */
  readonly delayMs: number | null;
}

/** What is remembered of an uplink whose rate follows its delay. */
export interface AutorateState {
  /** What it may send now, bit/s. */
  readonly rateBps: number;
  /** The least delay of each of the last minutes, newest last. */
  readonly bases: readonly { readonly minute: number; readonly delayMs: number }[];
  /** Looks in a row that found too much delay under load. */
  readonly strikes: number;
  readonly loweredAtMs: number;
}

/** Delay above the base that says that packets queue in the provider's equipment; less is jitter of common lines. */
const highDelayMs = 15;
/** Below this the line has room. */
const lowDelayMs = 5;
/** The line is under load from this share of its rate on; delay at less load has another cause, which sending less does not mend. */
const loadedShare = 0.6;
/** One look alone may be a burst. */
const strikesToLower = 2;
/** Down to this share of what got through: the queue must drain, not only stop growing. */
const loweredShare = 0.9;
/** The queue in the provider's equipment needs this long to drain before its delay says anything new. */
const settleMs = 2_000;
/** For each second in which a loaded line has room: back from half to all in a minute, slowly enough to see delay come. */
const growthPerSecond = 1.012;
/** For each second in which nobody needs the line: what was learned fades in some minutes. */
const forgetPerSecond = 1.004;
/** However bad delay is, this share of what was bought is left: else a fault elsewhere would shut the site off. */
const floorShare = 0.2;
/** The base is the least delay of so many minutes: routes change. */
const baseMinutes = 5;

export const initialAutorate = (boughtBps: number): AutorateState => ({
  rateBps: boughtBps,
  bases: [],
  strikes: 0,
  loweredAtMs: Number.NEGATIVE_INFINITY,
});

/** The next state of an uplink; `seconds` have passed since the sample before. */
export function stepAutorate(
  state: AutorateState,
  { atMs, loadBps, delayMs }: LineSample,
  { boughtBps, seconds }: { readonly boughtBps: number; readonly seconds: number },
): AutorateState {
  if (delayMs === null) return { ...state, strikes: 0 };
  const isLoaded = loadBps >= state.rateBps * loadedShare;
  const bases = isLoaded && state.bases.length > 0 ? state.bases : withBase(state.bases, atMs, delayMs);
  const addedMs = delayMs - Math.min(...bases.map((base) => base.delayMs));
  const strikes = isLoaded && addedMs >= highDelayMs ? state.strikes + 1 : 0;
  const isSettled = atMs - state.loweredAtMs >= settleMs;
  if (strikes >= strikesToLower && isSettled) {
    const rateBps = Math.max(boughtBps * floorShare, Math.min(state.rateBps, loadBps) * loweredShare);
    return { rateBps, bases, strikes: 0, loweredAtMs: atMs };
  }
  const mayGrow = isSettled && (!isLoaded || addedMs <= lowDelayMs);
  const factor = mayGrow ? (isLoaded ? growthPerSecond : forgetPerSecond) ** seconds : 1;
  return { ...state, rateBps: Math.min(boughtBps, state.rateBps * factor), bases, strikes };
}

function withBase(bases: AutorateState['bases'], atMs: number, delayMs: number): AutorateState['bases'] {
  const minute = Math.floor(atMs / 60_000);
  const last = bases.at(-1);
  const rest = bases.filter((base) => base.minute > minute - baseMinutes && base.minute !== minute);
  return [...rest, { minute, delayMs: last?.minute === minute ? Math.min(last.delayMs, delayMs) : delayMs }];
}
