/** More edits than this make another word. */
const maxEdits = 3;

/** The known word that a mistyped one most likely means; null where none is near. */
export function closestWord(typed: string, known: Iterable<string>): string | null {
  const wanted = typed.toLowerCase();
  let best: string | null = null;
  let fewest = Math.min(maxEdits, Math.floor(wanted.length / 2)) + 1;
  for (const word of known) {
    const edits = editsBetween(wanted, word.toLowerCase(), fewest);
    if (edits < fewest) [best, fewest] = [word, edits];
  }
  return best ?? containing(wanted, known);
}

/** A word that has the typed one as a part of it: "teams" may mean "microsoft-teams". */
function containing(wanted: string, known: Iterable<string>): string | null {
  if (wanted.length < 3) return null;
  const words = [...known].filter((word) => word.includes(wanted));
  return words.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

/** Insertions, deletions and replacements that make one word of the other (Levenshtein); `limit` where there are as many. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return Math.min(limit, row[b.length]!);
}
