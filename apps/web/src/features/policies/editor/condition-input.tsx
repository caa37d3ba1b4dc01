import { Select, TagsInput } from '@mantine/core';
import { dscpNames } from '../describe-policy.ts';
import { conditionKinds, ipProtocols, type ConditionInput as Input } from './condition-kinds.ts';
import type { Json, Place } from './document-path.ts';
import { textsIn, useEditor, useField } from './editor-context.tsx';
import { ScheduleField } from './schedule-field.tsx';
import { dscpName, parseDscp, parsePorts, portText } from './short-values.ts';

interface ConditionInputProps {
  readonly place: Place;
  readonly label: string;
  readonly input: Input;
}

/** The values of one condition, as suits them. */
export function ConditionInput({ place, label, input }: ConditionInputProps) {
  const { suggestions } = useEditor();
  const { value, error, set } = useField(place);
  switch (input.kind) {
    case 'texts':
      return (
        <TagsInput
          aria-label={label}
          data={input.suggest === undefined ? [] : [...suggestions[input.suggest]]}
          placeholder={textsIn(value).length === 0 ? input.placeholder : ''}
          value={[...textsIn(value)]}
          error={error}
          onChange={set}
          maxDropdownHeight={260}
        />
      );
    case 'protocol':
      return (
        <Select
          aria-label={label}
          data={ipProtocols}
          value={typeof value === 'string' ? value : null}
          placeholder="tcp"
          error={error}
          onChange={(chosen) => set(chosen ?? undefined)}
        />
      );
    case 'ports':
      return (
        <ParsedTags label={label} place={place} write={portText} parse={parsePorts} placeholder="443 or 16384-32767" />
      );
    case 'dscp':
      return (
        <ParsedTags
          label={label}
          place={place}
          write={dscpName}
          parse={parseDscp}
          data={Object.values(dscpNames)}
          placeholder="EF, AF41 or 0 to 63"
        />
      );
    case 'schedule':
      return <ScheduleField place={place} />;
  }
}

interface ParsedTagsProps {
  readonly label: string;
  readonly place: Place;
  readonly write: (value: Json) => string;
  /** Null for a text that means nothing, which is then not taken. */
  readonly parse: (text: string) => Json | null;
  readonly placeholder: string;
  readonly data?: readonly string[];
}

function ParsedTags({ label, place, write, parse, placeholder, data = [] }: ParsedTagsProps) {
  const { value, error, set } = useField(place);
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  return (
    <TagsInput
      aria-label={label}
      data={[...data]}
      placeholder={items.length === 0 ? placeholder : ''}
      value={items.map(write)}
      error={error}
      maxDropdownHeight={260}
      onChange={(texts) => set(texts.flatMap((text) => parse(text) ?? []))}
    />
  );
}

export const kindOf = (key: string) => conditionKinds.find((kind) => kind.key === key);
