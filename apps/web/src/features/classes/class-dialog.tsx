import { Modal, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm, type ApiForm } from '../../shared/parts/use-api-form.ts';
import { dscpName, parseDscp } from '../policies/editor/short-values.ts';
import { createClass, updateClass, type QosClass } from './class-documents.ts';
import classes from './classes.module.css';

/** As typed; `''` is a number that is not there. */
interface Fields {
  readonly name: string;
  readonly guarantee_percent: number | '';
  readonly ceiling_percent: number | '';
  readonly priority: number | '';
  readonly trust_dscp: string[];
  readonly set_dscp: string;
}

const blank: Fields = {
  name: '',
  guarantee_percent: 10,
  ceiling_percent: 100,
  priority: 3,
  trust_dscp: [],
  set_dscp: '',
};

const fieldsOf = ({ set_dscp: set, trust_dscp: trust, ...rest }: QosClass): Fields => ({
  ...rest,
  trust_dscp: trust.map(dscpName),
  set_dscp: set === null ? '' : dscpName(set),
});

/** What is no code point goes as -1, which the API refuses at its field. */
const codePoint = (text: string): number => parseDscp(text) ?? -1;
const number = (value: number | ''): number => (value === '' ? -1 : value);

const inputOf = ({ guarantee_percent, ceiling_percent, priority, trust_dscp, set_dscp }: Fields) => ({
  guarantee_percent: number(guarantee_percent),
  ceiling_percent: number(ceiling_percent),
  priority: number(priority),
  trust_dscp: trust_dscp.map(codePoint),
  set_dscp: set_dscp.trim() === '' ? null : codePoint(set_dscp),
});

interface ClassDialogProps {
  /** Null: a new one. */
  readonly of: QosClass | null;
  readonly onClose: () => void;
}

/** Adds or changes a class of service; what somebody else changed meanwhile is not overwritten. */
export function ClassDialog({ of, onClose }: ClassDialogProps) {
  const [create] = useApiMutation(createClass);
  const [update] = useApiMutation(updateClass);
  const form = useApiForm<Fields, unknown>({
    initial: of === null ? blank : fieldsOf(of),
    submit: (fields) =>
      of === null
        ? create({ input: { name: fields.name, ...inputOf(fields) } })
        : update({ name: of.name, version: of.version, input: inputOf(fields) }),
    onDone: () => {
      onClose();
      showDone(`${form.values.name} is saved.`);
    },
  });
  return (
    <Modal opened onClose={onClose} title={of === null ? 'Add a class of service' : `Edit ${of.name}`}>
      <Form form={form} action={of === null ? 'Add' : 'Save'} onCancel={onClose}>
        {of === null && <TextInput label="Name" placeholder="video" data-autofocus {...form.text('name')} />}
        <div className={classes.figures}>
          <Figure form={form} field="guarantee_percent" label="Guarantee" suffix=" %" max={100} />
          <Figure form={form} field="ceiling_percent" label="Ceiling" suffix=" %" max={100} />
          <Figure form={form} field="priority" label="Priority" suffix="" max={7} />
        </div>
        <p className={classes.hint}>
          The guarantee it gets whatever others want, the ceiling it never exceeds; what is left goes to the lowest
          priority first. Guarantees add up to 100 % at most.
        </p>
        <TagsInput
          label="Takes packets marked"
          description="DSCP by name or number, where no policy names a class"
          placeholder={form.values.trust_dscp.length === 0 ? 'EF or 46' : ''}
          splitChars={[',', ' ']}
          {...form.field('trust_dscp')}
        />
        <TextInput
          label="Marks packets"
          description="DSCP that they leave with; empty leaves theirs alone"
          {...form.text('set_dscp')}
        />
      </Form>
    </Modal>
  );
}

interface FigureProps {
  readonly form: ApiForm<Fields>;
  readonly field: 'guarantee_percent' | 'ceiling_percent' | 'priority';
  readonly label: string;
  readonly suffix: string;
  readonly max: number;
}

const Figure = ({ form, field, label, suffix, max }: FigureProps) => (
  <NumberInput
    label={label}
    min={0}
    max={max}
    suffix={suffix}
    value={form.values[field]}
    error={form.errors[field]}
    onChange={(value) => form.set({ [field]: value === '' ? '' : Number(value) })}
  />
);
