/** Below it somebody who has stolen the hashes may find the password: 10^10 guesses are years of Argon2id on one machine. */
const minGuesses = 1e10;
/** Guessing strength is worked out in time that grows with the square of the length. */
const maxLength = 100;

/** The lists of 49,000 breached passwords and some words take 8 MB, and are loaded when a password is first chosen. */
let estimator: Promise<(password: string, words: string[]) => number> | undefined;

/**
 * Whether guessing would find a password soon: one of the list of breached ones or a few of its words with something around them,
 * keyboard rows, repeats, dates, the user's own name. `words` are what such guessing would start with.
 */
export async function isGuessable(password: string, words: readonly string[]): Promise<boolean> {
  estimator ??= loadEstimator();
  const known = ['patronus', ...words.flatMap((word) => word.split(/\s+/))].filter((word) => word !== '');
  const guesses = (await estimator)(password.slice(0, maxLength), known);
  return guesses < minGuesses;
}

async function loadEstimator(): Promise<(password: string, words: string[]) => number> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs: graphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs });
  return (password, words) => zxcvbn.check(password, words).guesses;
}
