/** What lies over the page. */
export type Overlay = 'palette' | 'help' | null;

/** After `g`, a letter leads to a page. */
export const goLetters: readonly { readonly letter: string; readonly path: string; readonly label: string }[] = [
  { letter: 'o', path: '/', label: 'Overview' },
  { letter: 't', path: '/topology', label: 'Topology' },
  { letter: 's', path: '/sites', label: 'Sites' },
  { letter: 'p', path: '/paths', label: 'Paths' },
  { letter: 'l', path: '/policies', label: 'Policies' },
  { letter: 'r', path: '/traffic', label: 'Traffic' },
  { letter: 'f', path: '/flows', label: 'Flows' },
  { letter: 'v', path: '/sla', label: 'SLA' },
  { letter: 'a', path: '/applications', label: 'Applications' },
  { letter: 'e', path: '/events', label: 'Events' },
  { letter: 'b', path: '/lab', label: 'Lab' },
  { letter: 'd', path: '/audit', label: 'Audit' },
  { letter: 'w', path: '/event-sinks', label: 'Event sinks' },
  { letter: 'u', path: '/people', label: 'People' },
  { letter: 'k', path: '/keys', label: 'Keys' },
  { letter: 'c', path: '/settings', label: 'Settings' },
];

/** A second key later than this is one of its own. */
const togetherMs = 1000;

/** Follows `g` and a letter wherever no field has the focus; answers with what ends it. */
export function goKeys(target: Document, go: (path: string) => void): () => void {
  let begunAt = Number.NEGATIVE_INFINITY;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    const aim = goLetters.find(({ letter }) => letter === event.key);
    if (event.timeStamp - begunAt < togetherMs && aim !== undefined) {
      event.preventDefault();
      go(aim.path);
    }
    begunAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
