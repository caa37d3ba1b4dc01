import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { ConditionsFields } from './conditions-fields.tsx';
import classes from './editor.module.css';
import { isObject, type Json, type Place } from './document-path.ts';
import { useField } from './editor-context.tsx';

const place = ['match_conditions'] as const;

/** Which traffic is meant: conditions, what is left out, and alternatives of which one must hold as well. */
export function MatchFields() {
  const { value, error } = useField(place);
  const { value: alternatives, set } = useField([...place, 'any_of']);
  const clauses = Array.isArray(alternatives) ? (alternatives as readonly Json[]) : [];
  const everything = !isObject(value) || Object.keys(value).length === 0;
  return (
    <div className={classes.match}>
      {everything && <p className={classes.hint}>Without a condition, all traffic between sites is meant.</p>}
      <Clause place={place} />
      {clauses.length > 0 && (
        <p className={classes.hint}>{clauses.length === 1 ? 'and this:' : 'and at least one of these:'}</p>
      )}
      {clauses.map((_clause, index) => (
        <div key={index} className={classes.clause}>
          <div className={classes.clauseHead}>
            <span>Alternative {index + 1}</span>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove alternative ${index + 1}`}
              onClick={() => set(clauses.length === 1 ? undefined : clauses.toSpliced(index, 1))}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
          <Clause place={[...place, 'any_of', index]} />
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        onClick={() => set([...clauses, { protocol: 'tcp' }])}
      >
        Add an alternative
      </Button>
      {everything && error !== undefined && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Clause({ place: at }: { place: Place }) {
  const { value: excluded, set } = useField([...at, 'not']);
  return (
    <div className={classes.clauseBody}>
      <ConditionsFields
        place={at}
        beside={
          excluded === undefined && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={14} />}
              onClick={() => set({ protocol: 'icmp' })}
            >
              Add an exception
            </Button>
          )
        }
      />
      {excluded !== undefined && (
        <div className={classes.except}>
          <div className={classes.clauseHead}>
            <span>except flows for which all of this holds</span>
            <ActionIcon variant="subtle" color="gray" aria-label="Remove the exception" onClick={() => set(undefined)}>
              <IconX size={16} />
            </ActionIcon>
          </div>
          <ConditionsFields place={[...at, 'not']} />
        </div>
      )}
    </div>
  );
}
