import {
  closestCenter,
  DndContext,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
  type Announcements,
  type DragEndEvent,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useAddress } from '../../shared/address/use-address.ts';
import type { Rates } from '../../shared/figures/rates.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { filterRows } from '../../shared/parts/table-rows.ts';
import { actionParts, matchText } from './describe-policy.ts';
import type { Policy } from './policy-documents.ts';
import classes from './policy-list.module.css';
import { moved } from './policy-order.ts';
import { PolicyRow } from './policy-row.tsx';
import { useNames, type NameOf } from './use-names.ts';
import type { UsedPaths } from './used-paths.ts';

interface PolicyListProps {
  /** In order of evaluation, the default one last. */
  readonly policies: readonly Policy[];
  readonly rates: (id: string) => Rates;
  readonly used: ReadonlyMap<string, UsedPaths>;
  /** Ids of policies of which something is doubtful. */
  readonly warned: ReadonlySet<string>;
  /** Takes the ids of all but the default one in their new order; null where the user may not. */
  readonly onReorder: ((ids: readonly string[]) => void) | null;
}

const searchedWith = (nameOf: NameOf) => [
  { key: 'name', value: ({ name }: Policy) => name },
  { key: 'description', value: ({ description }: Policy) => description },
  { key: 'match', value: (policy: Policy) => matchText(policy.match_conditions, nameOf) },
  { key: 'action', value: (policy: Policy) => actionParts(policy.action, nameOf).join(' ') },
];

/** The policies, to be dragged into another order by pointer or keyboard. */
export function PolicyList({ policies, rates, used, warned, onReorder }: PolicyListProps) {
  const [filter, setFilter] = useAddress('filter');
  const { nameOf } = useNames();
  const found = filterRows(policies, searchedWith(nameOf), filter);
  const movable = policies.filter(({ is_default: isDefault }) => !isDefault);
  const ids = movable.map(({ id }) => id);
  const move = (id: string, to: number) => onReorder?.(moved(ids, id, to));
  // Places among those that a filter leaves would say nothing of the whole order.
  const canMove = onReorder !== null && filter === '' && movable.length > 1;
  return (
    <div>
      <div className={classes.tools}>
        <TextInput
          data-filter
          size="xs"
          aria-label="Filter Policies"
          placeholder="Filter"
          leftSection={<IconSearch size={14} />}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <span className={classes.count}>
          {found.length === policies.length ? policies.length : `${found.length} of ${policies.length}`}
        </span>
      </div>
      <div className={classes.head} aria-hidden>
        <span />
        <span>Policy</span>
        <span>Paths now</span>
        <span>Rate now</span>
        <span>Octets</span>
        <span />
      </div>
      <Sortable ids={ids} nameOf={(id) => policies.find((policy) => policy.id === id)?.name ?? id} onMove={move}>
        <ol className={classes.list} aria-label="Policies">
          {found.map((policy) => (
            <PolicyRow
              key={policy.id}
              policy={policy}
              place={policies.indexOf(policy)}
              places={movable.length}
              rates={rates(policy.id)}
              used={used.get(policy.id)}
              warned={warned.has(policy.id)}
              nameOf={nameOf}
              onMove={canMove && !policy.is_default ? (to) => move(policy.id, to) : null}
            />
          ))}
        </ol>
      </Sortable>
      {found.length === 0 && <EmptyState title="Nothing fits the filter" />}
    </div>
  );
}

interface SortableProps {
  readonly ids: readonly string[];
  readonly nameOf: (id: string) => string;
  readonly onMove: (id: string, to: number) => void;
  readonly children: React.ReactNode;
}

/** A pointer that goes less far opens what it points at, px. */
const leastDrag = 4;

function Sortable({ ids, nameOf, onMove, children }: SortableProps) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: leastDrag } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over !== null && over.id !== active.id) onMove(String(active.id), ids.indexOf(String(over.id)));
  };
  const place = (id: string | number | undefined) => (id === undefined ? 0 : ids.indexOf(String(id)) + 1);
  const announcements: Announcements = {
    onDragStart: ({ active }) => `${nameOf(String(active.id))} is lifted from place ${place(active.id)}.`,
    onDragOver: ({ active, over }) => `${nameOf(String(active.id))} is over place ${place(over?.id)} of ${ids.length}.`,
    onDragEnd: ({ active, over }) => `${nameOf(String(active.id))} was put at place ${place(over?.id)}.`,
    onDragCancel: ({ active }) => `${nameOf(String(active.id))} is back at place ${place(active.id)}.`,
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={{ announcements, screenReaderInstructions: { draggable: instructions } }}
    >
      <SortableContext items={[...ids]} strategy={verticalListSortingStrategy}>
        {children}
      </SortableContext>
    </DndContext>
  );
}

const instructions =
  'Press Space to lift the policy, the arrow keys to move it, Space again to put it down, Escape to leave it where it was.';
