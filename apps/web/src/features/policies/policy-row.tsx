import { useSortable } from '@dnd-kit/sortable';
import { ActionIcon, Menu, Switch, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconCopy,
  IconDots,
  IconGripVertical,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { formatBitRate, formatBytes } from '../../shared/figures/format.ts';
import type { Rates } from '../../shared/figures/rates.ts';
import { useCan } from '../../shared/services.tsx';
import { actionParts, capitalized, matchText } from './describe-policy.ts';
import type { Policy } from './policy-documents.ts';
import classes from './policy-list.module.css';
import { UsedPathsView } from './used-paths-view.tsx';
import type { UsedPaths } from './used-paths.ts';
import type { NameOf } from './use-names.ts';
import { usePolicyActions } from './use-policy-actions.tsx';

interface PolicyRowProps {
  readonly policy: Policy;
  /** From 0. */
  readonly place: number;
  /** How many can change places. */
  readonly places: number;
  readonly rates: Rates;
  readonly used: UsedPaths | undefined;
  readonly warned: boolean;
  readonly nameOf: NameOf;
  /** Null where it cannot be moved. */
  readonly onMove: ((to: number) => void) | null;
}

/** One policy: what it matches, what it does, and what it does right now. */
export function PolicyRow({ policy, place, places, rates, used, warned, nameOf, onMove }: PolicyRowProps) {
  const { id, name, description, enabled, is_default: isDefault } = policy;
  const sortable = useSortable({ id, disabled: onMove === null });
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = sortable;
  const style = { transform: transform === null ? undefined : `translateY(${transform.y}px)`, transition };
  return (
    <li ref={setNodeRef} style={style} className={classes.row} data-enabled={enabled} data-dragging={isDragging}>
      {onMove === null ? (
        <span className={classes.place}>{isDefault ? 'last' : place + 1}</span>
      ) : (
        <button
          ref={setActivatorNodeRef}
          type="button"
          className={classes.handle}
          {...attributes}
          {...listeners}
          aria-label={`Move ${name}, now at place ${place + 1} of ${places}`}
        >
          <IconGripVertical size={16} aria-hidden />
          <span>{place + 1}</span>
        </button>
      )}
      <div className={classes.what}>
        <div className={classes.name}>
          <Link to={`/policies/${id}`}>{name}</Link>
          {warned && (
            <Tooltip label="Something about it is worth a look">
              <IconAlertTriangle size={15} aria-label="Worth a look" className={classes.warned} />
            </Tooltip>
          )}
          {!enabled && <span className={classes.off}>not in force</span>}
          {description !== '' && <span className={classes.description}>{description}</span>}
        </div>
        <p>
          {capitalized(matchText(policy.match_conditions, nameOf))}
          <span className={classes.arrow}> → </span>
          {actionParts(policy.action, nameOf).join('; ')}
        </p>
      </div>
      <div className={classes.used}>
        <UsedPathsView used={enabled ? used : undefined} />
      </div>
      <span className={classes.rate}>{formatBitRate(rates.bitsPerSecond)}</span>
      <span className={classes.bytes}>{formatBytes(policy.bytes_matched)}</span>
      <RowActions policy={policy} place={place} places={places} onMove={onMove} />
    </li>
  );
}

type RowActionsProps = Pick<PolicyRowProps, 'policy' | 'place' | 'places' | 'onMove'>;

function RowActions({ policy, place, places, onMove }: RowActionsProps) {
  const can = useCan();
  const { setEnabled, duplicate, remove } = usePolicyActions();
  const navigate = useNavigate();
  const { id, name, enabled, is_default: isDefault } = policy;
  if (!can('Mutation.updatePolicy')) return <span className={classes.actions} />;
  return (
    <div className={classes.actions}>
      {!isDefault && (
        <Switch
          size="sm"
          checked={enabled}
          aria-label={`${name} is in force`}
          onChange={(event) => void setEnabled(policy, event.currentTarget.checked)}
        />
      )}
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for ${name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} />}
            onClick={() => void navigate({ to: `/policies/${id}/edit` })}
          >
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => duplicate(policy)}>
            Duplicate
          </Menu.Item>
          {onMove !== null && place > 0 && (
            <Menu.Item leftSection={<IconArrowBarToUp size={16} />} onClick={() => onMove(0)}>
              Move to the top
            </Menu.Item>
          )}
          {onMove !== null && place < places - 1 && (
            <Menu.Item leftSection={<IconArrowBarToDown size={16} />} onClick={() => onMove(places - 1)}>
              Move to the bottom
            </Menu.Item>
          )}
          {!isDefault && (
            <Menu.Item c="var(--down)" leftSection={<IconTrash size={16} />} onClick={() => void remove(policy)}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
