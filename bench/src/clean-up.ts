const pending = new Set<() => Promise<void>>();
let ending: Promise<void> | null = null;

/** A clean-up, to be called at the end of the work; it also runs when a signal ends the bench before that. */
export function alsoOnSignal(cleanUp: () => Promise<void>): () => Promise<void> {
  const once = async (): Promise<void> => {
    if (pending.delete(once)) await cleanUp();
  };
  pending.add(once);
  return once;
}

/** From now on Ctrl-C and the like clean up and end the process with `128 + signal`, as a shell would. */
export function cleanUpOnSignals(): void {
  for (const [signal, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      ending = Promise.allSettled([...pending].map((cleanUp) => cleanUp())).then(() => process.exit(code));
    });
  }
}

/** The end of the process after a signal, null where none came: what fails meanwhile fails because its ground is taken away. */
export const endBySignal = (): Promise<void> | null => ending;
