import { ActionIcon, Button, Menu, VisuallyHidden } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { formatBitRate } from '../../shared/figures/format.ts';
import { HealthBadge } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { useCan } from '../../shared/services.tsx';
import { DrainDialog } from './drain-dialog.tsx';
import type { Edge, SiteDetail, Uplink } from './site-documents.ts';
import { UplinkAddress } from './uplink-address.tsx';
import { UplinkDialog } from './uplink-dialog.tsx';
import { useUplinkActions } from './use-uplink-actions.tsx';

type Dialog = { readonly kind: 'new' } | { readonly kind: 'edit' | 'drain'; readonly uplink: Uplink };

/** The lines of a site: what is said of them, what the edge sees, and what can be done with them. */
export function UplinksPanel({ site, edge }: { site: SiteDetail; edge: Edge | undefined }) {
  const can = useCan();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const menu: Column<Uplink> = {
    key: 'menu',
    title: '',
    cell: (uplink) => (
      <UplinkMenu
        uplink={uplink}
        onEdit={() => setDialog({ kind: 'edit', uplink })}
        onDrain={() => setDialog({ kind: 'drain', uplink })}
      />
    ),
    numeric: true,
  };
  return (
    <Panel
      title="Uplinks"
      aside={
        can('Mutation.createEndpoint') && (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => setDialog({ kind: 'new' })}
          >
            Add an uplink
          </Button>
        )
      }
      flush
    >
      <DataTable
        plain
        name="uplink-"
        label="Uplinks"
        rows={site.endpoints}
        columns={can('Mutation.updateEndpoint') ? [...uplinkColumns(edge), menu] : uplinkColumns(edge)}
        rowKey={({ id }) => id}
        empty={<EmptyState title="No uplinks">Without one the site has no paths.</EmptyState>}
      />
      {dialog?.kind === 'new' && <UplinkDialog site={site.name} uplink={null} onClose={close} />}
      {dialog?.kind === 'edit' && <UplinkDialog site={site.name} uplink={dialog.uplink} onClose={close} />}
      {dialog?.kind === 'drain' && <DrainDialog site={site.name} uplink={dialog.uplink} onClose={close} />}
    </Panel>
  );
}

interface UplinkMenuProps {
  readonly uplink: Uplink;
  readonly onEdit: () => void;
  readonly onDrain: () => void;
}

function UplinkMenu({ uplink, onEdit, onDrain }: UplinkMenuProps) {
  const { drained, undrain, remove } = useUplinkActions(uplink);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More for ${uplink.label}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>Edit</Menu.Item>
        <Menu.Item onClick={onDrain}>Take out of use …</Menu.Item>
        {drained > 0 && <Menu.Item onClick={() => void undrain()}>Let it be used again</Menu.Item>}
        <Menu.Item c="var(--down)" onClick={() => void remove()}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const uplinkColumns = (edge: Edge | undefined): readonly Column<Uplink>[] => {
  const carrier = (device: string) => edge?.uplinks.find((uplink) => uplink.device === device);
  return [
    { key: 'label', title: 'Label', value: ({ label }) => label, cell: ({ label }) => <strong>{label}</strong> },
    {
      key: 'device',
      title: 'Device',
      value: ({ device }) => device,
      cell: ({ device }) => {
        const uplink = carrier(device);
        if (uplink === undefined) return <code>{device}</code>;
        return (
          <HealthBadge
            health={uplink.carrier ? 'up' : 'down'}
            word={
              <>
                <VisuallyHidden>{uplink.carrier ? 'up' : 'no carrier'} </VisuallyHidden>
                <code>{device}</code>
              </>
            }
          />
        );
      },
    },
    {
      key: 'address',
      title: 'Address',
      value: ({ address }) => address,
      cell: (uplink) => <UplinkAddress uplink={uplink} own={carrier(uplink.device)?.addresses ?? []} />,
    },
    {
      key: 'profile',
      title: 'Probing',
      value: ({ profile }) => profile,
      cell: ({ profile }) => profile,
      wideOnly: true,
    },
    { key: 'cost', title: 'Cost', value: ({ cost }) => cost, cell: ({ cost }) => cost, numeric: true, wideOnly: true },
    rateColumn('up', 'Up', ({ up_bps: rate }) => rate),
    rateColumn('down', 'Down', ({ down_bps: rate }) => rate),
  ];
};

const rateColumn = (key: string, title: string, value: (uplink: Uplink) => number | null): Column<Uplink> => ({
  key,
  title,
  value,
  cell: (uplink) => formatBitRate(value(uplink)),
  numeric: true,
  wideOnly: true,
});
