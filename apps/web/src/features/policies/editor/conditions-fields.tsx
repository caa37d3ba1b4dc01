import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { ConditionInput, kindOf } from './condition-input.tsx';
import { conditionKinds, type ConditionKind } from './condition-kinds.ts';
import classes from './editor.module.css';
import { isObject, type Json, type JsonObject, type Place } from './document-path.ts';
import { useField } from './editor-context.tsx';

/** Parts of a match that are no conditions and have a place of their own in the form. */
const parts = new Set(['not', 'any_of']);

/** Where a condition begins before anything is chosen. */
const blank = ({ input }: ConditionKind): Json => (input.kind === 'protocol' ? 'tcp' : []);

/** Ports are those of a protocol; without one the API refuses them. */
const protocolFor = ({ input }: ConditionKind, conditions: JsonObject): JsonObject =>
  input.kind === 'ports' && !('protocol' in conditions) ? { protocol: 'tcp' } : {};

/** The conditions that are present, each with its values, and a menu with the others. All must hold. */
export function ConditionsFields({ place, beside }: { place: Place; beside?: ReactNode }) {
  const { value, set } = useField(place);
  const conditions = isObject(value) ? value : {};
  const present = Object.keys(conditions).filter((key) => !parts.has(key));
  const ordered = [
    ...conditionKinds.map(({ key }) => key as string).filter((key) => present.includes(key)),
    ...present.filter((key) => kindOf(key) === undefined),
  ];
  const without = (key: string) => Object.fromEntries(Object.entries(conditions).filter(([name]) => name !== key));
  return (
    <div className={classes.conditions}>
      {ordered.map((key) => (
        <div key={key} className={classes.condition}>
          <span className={classes.conditionLabel}>{kindOf(key)?.label ?? key}</span>
          <div className={classes.conditionValue}>
            <Value place={[...place, key]} name={key} />
          </div>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove ${kindOf(key)?.label ?? key}`}
            onClick={() => set(without(key))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.buttons}>
        <AddCondition
          absent={conditionKinds.filter(({ key }) => !present.includes(key))}
          onAdd={(kind) => set({ ...protocolFor(kind, conditions), ...conditions, [kind.key]: blank(kind) })}
        />
        {beside}
      </div>
    </div>
  );
}

function Value({ place, name }: { place: Place; name: string }) {
  const { value } = useField(place);
  const kind = kindOf(name);
  if (kind !== undefined) return <ConditionInput place={place} label={kind.label} input={kind.input} />;
  return <code>{JSON.stringify(value)}</code>;
}

interface AddConditionProps {
  readonly absent: readonly ConditionKind[];
  readonly onAdd: (kind: ConditionKind) => void;
}

const groups = ['From', 'To', 'What', 'When'] as const;

const AddCondition = ({ absent, onAdd }: AddConditionProps) => (
  <Menu position="bottom-start" width={220} shadow="md">
    <Menu.Target>
      <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />}>
        Add a condition
      </Button>
    </Menu.Target>
    <Menu.Dropdown className={classes.menu}>
      {groups.map((group) => {
        const kinds = absent.filter((kind) => kind.group === group);
        if (kinds.length === 0) return null;
        return (
          <Fragment key={group}>
            <Menu.Label>{group}</Menu.Label>
            {kinds.map((kind) => (
              <Menu.Item key={kind.key} onClick={() => onAdd(kind)}>
                {kind.label}
              </Menu.Item>
            ))}
          </Fragment>
        );
      })}
    </Menu.Dropdown>
  </Menu>
);
