import { Checkbox, NumberInput, SegmentedControl, Select, TagsInput } from '@mantine/core';
import { dscpText, dscpNames } from '../describe-policy.ts';
import classes from './editor.module.css';
import { isObject, type JsonObject, type Place } from './document-path.ts';
import { textsIn, useEditor, useField } from './editor-context.tsx';
import { SlaFields } from './sla-fields.tsx';
import { WeightsField } from './weights-field.tsx';

const place = ['action'] as const;

const types = [
  { value: 'steer', label: 'Steer' },
  { value: 'breakout', label: 'Break out' },
  { value: 'drop', label: 'Drop' },
];

const meanings: Readonly<Record<string, string>> = {
  steer: 'It goes over the best suitable path to its site.',
  breakout: 'It leaves straight to the Internet, under the address of an uplink of its own site.',
  drop: 'It is dropped at the first edge.',
};

/** What belongs to one type of action and to no other. */
const ofSteering = ['sla', 'prefer', 'avoid', 'never', 'weights', 'duplicate'];

/** What becomes of the traffic. */
export function ActionFields() {
  const { value, set } = useField(place);
  const action = isObject(value) ? value : {};
  const type = typeof action['type'] === 'string' ? action['type'] : 'steer';
  const changeType = (next: string) => {
    const kept = Object.entries(action).filter(
      ([key]) => key !== 'breakout' && (next === 'steer' || !ofSteering.includes(key)),
    );
    const breakout: JsonObject = next === 'breakout' ? { breakout: { labels: [] } } : {};
    set({ ...Object.fromEntries(kept), type: next, ...breakout });
  };
  return (
    <div className={classes.action}>
      <SegmentedControl data={types} value={type} onChange={changeType} aria-label="What becomes of the traffic" />
      <p className={classes.hint}>{meanings[type]}</p>
      {type === 'steer' && <SteerFields />}
      {type === 'breakout' && <BreakoutFields />}
      {type !== 'drop' && <PacketFields />}
    </div>
  );
}

function SteerFields() {
  return (
    <>
      <div className={classes.columns}>
        <Labels place={['action', 'prefer']} label="Prefer" description="Lines, best first" />
        <Labels place={['action', 'avoid']} label="Avoid" description="Only when nothing else is left" />
        <Labels place={['action', 'never']} label="Never" description="Not even then" />
      </div>
      <SlaFields />
      <WeightsField />
      <Mark
        place={['action', 'duplicate']}
        label="Send each packet over the two best paths; the far edge passes the copy that comes first"
      />
    </>
  );
}

function BreakoutFields() {
  const { suggestions } = useEditor();
  const fallback = useField(['action', 'breakout', 'fallback_site']);
  return (
    <div className={classes.columns}>
      <Labels place={['action', 'breakout', 'labels']} label="Leaves by" description="Own lines, best first" />
      <Select
        label="Else through"
        description="A site whose lines it takes where none of its own works"
        data={[...suggestions.sites]}
        value={typeof fallback.value === 'string' ? fallback.value : null}
        error={fallback.error}
        clearable
        placeholder="nowhere"
        onChange={(site) => fallback.set(site ?? undefined)}
      />
    </div>
  );
}

/** Empty lists mean the same as none, which is shorter to read. */
const orNone = (texts: readonly string[], needed: boolean) => (texts.length === 0 && !needed ? undefined : texts);

function Labels({ place: at, label, description }: { place: Place; label: string; description: string }) {
  const { suggestions } = useEditor();
  const { value, error, set } = useField(at);
  return (
    <TagsInput
      label={label}
      description={description}
      data={[...suggestions.labels]}
      value={[...textsIn(value)]}
      error={error}
      onChange={(texts) => set(orNone(texts, at.includes('breakout')))}
    />
  );
}

const bitsPerMegabit = 1_000_000;

function PacketFields() {
  const dscp = useField(['action', 'set_dscp']);
  const limit = useField(['action', 'rate_limit_bps']);
  const qos = useField(['action', 'qos_class']);
  const { suggestions } = useEditor();
  const codes = Object.keys(dscpNames).map((code) => ({ value: code, label: dscpText(Number(code)) }));
  return (
    <>
      <div className={classes.columns}>
        <Select
          label="Class of service"
          description="In which it queues at uplinks"
          data={[...suggestions.qosClasses]}
          clearable
          placeholder="the default one"
          value={typeof qos.value === 'string' ? qos.value : null}
          error={qos.error}
          onChange={(name) => qos.set(name ?? undefined)}
        />
        <Select
          label="Mark with DSCP"
          description="As it enters from the LAN"
          data={codes}
          searchable
          clearable
          placeholder="as it comes"
          value={typeof dscp.value === 'number' ? String(dscp.value) : null}
          error={dscp.error}
          onChange={(code) => dscp.set(code === null ? undefined : Number(code))}
        />
        <NumberInput
          label="At most"
          description="That one edge takes in from its LAN"
          suffix=" Mbit/s"
          min={0}
          placeholder="no limit"
          value={typeof limit.value === 'number' ? limit.value / bitsPerMegabit : ''}
          error={limit.error}
          onChange={(megabits) =>
            limit.set(megabits === '' ? undefined : Math.round(Number(megabits) * bitsPerMegabit))
          }
        />
      </div>
      <Mark place={['action', 'log']} label="Tell of new flows in the flow log of the edge" />
    </>
  );
}

/** Something that is either wanted or not there. */
function Mark({ place: at, label }: { place: Place; label: string }) {
  const { value, error, set } = useField(at);
  return (
    <Checkbox
      label={label}
      checked={value === true}
      error={error}
      onChange={(event) => set(event.currentTarget.checked ? true : undefined)}
    />
  );
}
