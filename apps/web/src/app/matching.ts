export interface Command {
  readonly kind: string;
  readonly label: string;
  /** Null for the help sheet. */
  readonly path: string | null;
}

/** More do not fit, and nobody reads on. */
const mostShown = 50;

/** Commands that hold every word, those that begin with the text first. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const held = commands.filter(({ label, kind }) => {
    const all = `${label} ${kind}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const first = words[0] ?? '';
  const rank = ({ label }: Command): number => (label.toLowerCase().startsWith(first) ? 0 : 1);
  return held.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostShown);
}
