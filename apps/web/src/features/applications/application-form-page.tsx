import { ActionIcon, Button, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery, type Outcome } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm, type ApiForm } from '../../shared/parts/use-api-form.ts';
import { useCan } from '../../shared/services.tsx';
import { applicationQuery, applicationsQuery, createApplication, updateApplication } from './application-documents.ts';
import classes from './application-page.module.css';
import {
  asInput,
  blankApplication,
  blankWay,
  valuesOf,
  type ApplicationValues,
  type Way,
} from './application-values.ts';
import { parsePort } from './signature-text.ts';

const parent = { label: 'Applications', path: '/applications' };

/** An application of the operators' own. */
export function NewApplicationPage() {
  const [create] = useApiMutation(createApplication);
  return (
    <ApplicationForm
      title="Add an application"
      action="Add the application"
      initial={blankApplication}
      submit={(values) => create({ input: asInput(values) })}
    />
  );
}

export function EditApplicationPage() {
  const name = usePathParameter('application');
  const answer = useApiQuery(applicationQuery, { application: name });
  const [update] = useApiMutation(updateApplication);
  return (
    <QueryView answer={answer} height={420}>
      {({ application }) => (
        <ApplicationForm
          key={application.version}
          title={`Edit ${application.title}`}
          action="Save"
          initial={valuesOf(application)}
          submit={(values) =>
            update({ application: application.id, input: asInput(values), version: application.version })
          }
        />
      )}
    </QueryView>
  );
}

interface ApplicationFormProps {
  readonly title: string;
  readonly action: string;
  readonly initial: ApplicationValues;
  readonly submit: (values: ApplicationValues) => Promise<Outcome<unknown>>;
}

function ApplicationForm({ title, action, initial, submit }: ApplicationFormProps) {
  const can = useCan();
  const navigate = useNavigate();
  const { data } = useApiQuery(applicationsQuery, {});
  const categories = [...new Set([...(data?.applications ?? []).map(({ category }) => category), 'custom'])].toSorted();
  const form = useApiForm({
    initial,
    submit,
    onDone: () => {
      showDone(`${form.values.title || form.values.name} is saved.`);
      void navigate({ to: `/applications/${form.values.name}` });
    },
  });
  if (!can('Mutation.createApplication')) {
    return (
      <Page title={title} parent={parent}>
        <Panel>
          Changing applications needs the role operator. <Link to="/sign-in">Sign in</Link> with such an account.
        </Panel>
      </Page>
    );
  }
  return (
    <Page title={title} parent={parent}>
      <div className={classes.narrow}>
        <Panel>
          <Form form={form} action={action} onCancel={() => void navigate({ to: parent.path })}>
            <TextInput
              label="Name"
              description="By which policies name it: words joined by hyphens"
              placeholder="our-erp"
              data-autofocus
              {...form.text('name')}
            />
            <TextInput label="Title" description="What people call it" placeholder="Our ERP" {...form.text('title')} />
            <TextInput label="Description" {...form.text('description')} />
            <Select
              label="Category"
              data={categories}
              allowDeselect={false}
              {...form.field('category')}
              onChange={(category) => form.set({ category: category ?? 'custom' })}
            />
            <NumberInput
              label="Usual DSCP"
              placeholder="none"
              min={0}
              max={63}
              value={form.values.dscp}
              error={form.errors['dscp']}
              onChange={(dscp) => form.set({ dscp: dscp === '' ? '' : Number(dscp) })}
            />
            <Ways form={form} />
          </Form>
        </Panel>
      </div>
    </Page>
  );
}

function Ways({ form }: { form: ApiForm<ApplicationValues> }) {
  const { signatures } = form.values;
  const change = (place: number, way: Way | null) =>
    form.set({ signatures: way === null ? signatures.toSpliced(place, 1) : signatures.with(place, way) });
  return (
    <fieldset className={classes.ways}>
      <legend>Recognised by</legend>
      <p className={classes.hint}>
        A flow is of it when its server has one of the names or addresses, and its port is one of the ports. What is
        empty is not asked for; of several ways one suffices.
      </p>
      {signatures.map((way, place) => (
        <div key={place} className={classes.way}>
          <WayFields number={place + 1} way={way} onChange={(next) => change(place, next)} />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove way ${place + 1}`}
            onClick={() => change(place, null)}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {form.errors['signatures'] !== undefined && (
        <p className={classes.error} role="alert">
          {form.errors['signatures']}
        </p>
      )}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        onClick={() => form.set({ signatures: [...signatures, blankWay] })}
      >
        Add another way
      </Button>
    </fieldset>
  );
}

interface WayFieldsProps {
  readonly number: number;
  readonly way: Way;
  readonly onChange: (way: Way) => void;
}

function WayFields({ number, way, onChange }: WayFieldsProps) {
  const texts = (key: keyof Way, label: string, placeholder: string, fits: (text: string) => boolean = () => true) => (
    <TagsInput
      label={label}
      aria-label={`${label}, way ${number}`}
      placeholder={way[key].length === 0 ? placeholder : ''}
      value={[...way[key]]}
      onChange={(values) => onChange({ ...way, [key]: values.filter(fits) })}
    />
  );
  return (
    <div className={classes.wayFields}>
      {texts('domains', 'Names of servers', 'erp.example.com or *.erp.example.com')}
      {texts('prefixes', 'Addresses of servers', '192.0.2.0/24')}
      {texts('ports', 'Ports', 'tcp/443 or udp/3478-3481', (text) => parsePort(text) !== null)}
    </div>
  );
}
