import { formatCount } from '../../shared/figures/format.ts';
import type { Path } from '../../shared/live/network-documents.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import type { PathDetail } from './path-documents.ts';

interface PathCopiesProps {
  readonly path: Path;
  readonly detail: PathDetail;
}

/** What became of packets that a policy sends twice, where one does: copies that left by the path, and that came by it. */
export function PathCopies({ path, detail: { copies } }: PathCopiesProps) {
  if (copies === null || Object.values(copies).every((count) => count === 0)) return null;
  const { sent, single, first, dropped, late } = copies;
  const [here, there] = [path.source_site, path.dest_site];
  return (
    <Panel title="Packets that are sent twice">
      <Facts
        of={{
          [`Second copies to ${there}`]: formatCount(sent),
          'Sent once only': single === 0 ? null : formatCount(single),
          [`First at ${here}`]: formatCount(first),
          'Second, dropped': formatCount(dropped),
          'Too late, dropped': late === 0 ? null : formatCount(late),
        }}
      />
    </Panel>
  );
}
