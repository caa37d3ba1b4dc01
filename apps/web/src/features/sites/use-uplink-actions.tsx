import { useApiMutation } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import type { Path } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { releasePath } from '../paths/path-documents.ts';
import { createUplink, deleteUplink, type Uplink } from './site-documents.ts';

/** Paths from and to an uplink. */
export function usePathsOf({ id }: Uplink): readonly Path[] {
  const { paths } = useNetwork();
  return [...paths.values()].filter((path) => path.source_endpoint_id === id || path.dest_endpoint_id === id);
}

/** What a menu does with an uplink at once; deleting asks first, and the message afterwards adds it again. */
export function useUplinkActions(site: string, uplink: Uplink) {
  const own = usePathsOf(uplink);
  const ask = useConfirm();
  const [release] = useApiMutation(releasePath);
  const [drop] = useApiMutation(deleteUplink);
  const [create] = useApiMutation(createUplink);
  const drained = own.filter(({ override }) => override !== null);
  const undrain = async (): Promise<void> => {
    for (const path of drained) {
      const outcome = await release({ path: path.id });
      if (!outcome.ok) return showError(outcome.error);
    }
    showDone(`${plural(drained.length, 'path')} of ${uplink.label} may be used again.`);
  };
  const remove = async (): Promise<void> => {
    const wanted = await ask({
      title: `Delete ${uplink.label}?`,
      action: 'Delete',
      dangerous: true,
      children: (
        <p>
          {plural(own.length, 'path')} go with it, with what was measured on them. Traffic moves to what is left. Added
          again, the uplink has new paths.
        </p>
      ),
    });
    if (!wanted) return;
    const { id, version, ...same } = uplink;
    const outcome = await drop({ id, version });
    if (!outcome.ok) return showError(outcome.error);
    showDone(`${uplink.label} was deleted.`, async () => {
      const back = await create({ site, input: same });
      if (!back.ok) showError(back.error);
    });
  };
  return { drained: drained.length, undrain, remove };
}
