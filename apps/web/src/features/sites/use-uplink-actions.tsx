import { useApiMutation } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import type { Path } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { deleteUplink, restoreUplink, undrainUplink, type Uplink } from './site-documents.ts';

/** Paths from and to an uplink. */
export function usePathsOf({ id }: Uplink): readonly Path[] {
  const { paths } = useNetwork();
  return [...paths.values()].filter((path) => path.source_endpoint_id === id || path.dest_endpoint_id === id);
}

/** What a menu does with an uplink at once; deleting asks first, and the message afterwards restores it. */
export function useUplinkActions(uplink: Uplink) {
  const own = usePathsOf(uplink);
  const ask = useConfirm();
  const [release] = useApiMutation(undrainUplink);
  const [drop] = useApiMutation(deleteUplink);
  const [restore] = useApiMutation(restoreUplink);
  const drained = own.filter(({ override }) => override !== null);
  const undrain = async (): Promise<void> => {
    const outcome = await release({ id: uplink.id });
    if (outcome.ok) showDone(outcome.data.undrainEndpoint.message);
    else showError(outcome.error);
  };
  const remove = async (): Promise<void> => {
    const wanted = await ask({
      title: `Delete ${uplink.label}?`,
      action: 'Delete',
      dangerous: true,
      children: (
        <p>{plural(own.length, 'path')} go with it. Traffic moves to what is left. For 30 days it can be restored.</p>
      ),
    });
    if (!wanted) return;
    const { id, version } = uplink;
    const outcome = await drop({ id, version });
    if (!outcome.ok) return showError(outcome.error);
    showDone(`${uplink.label} was deleted.`, async () => {
      const back = await restore({ id });
      if (!back.ok) showError(back.error);
    });
  };
  return { drained: drained.length, undrain, remove };
}
