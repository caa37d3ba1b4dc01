const pending = new Set<() => Promise<void>>();

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
      void Promise.allSettled([...pending].map((cleanUp) => cleanUp())).then(() => process.exit(code));
    });
  }
}
