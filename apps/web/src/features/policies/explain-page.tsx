import { Alert, Autocomplete, Button, Select, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useAddressParameters, useSetAddress } from '../../shared/address/use-address.ts';
import { problemsByField } from '../../shared/api/api-error.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { explainQuery } from './explain-documents.ts';
import { ExplanationView } from './explanation-view.tsx';
import classes from './explain-page.module.css';

const fields = ['source', 'destination', 'protocol', 'source_port', 'destination_port', 'dscp', 'server_name'] as const;
type Question = Readonly<Record<(typeof fields)[number], string>>;

const protocols = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];
const withPorts = new Set(['tcp', 'udp', 'sctp']);

/** Which policy a flow meets, which path it takes, and why no other. The question is in the address bar. */
export function ExplainPage() {
  const asked = questionIn(useAddressParameters());
  const skip = asked.source === '' || asked.destination === '';
  const answer = useApiQuery(explainQuery, variablesOf(asked), { skip, everyMs: 5000 });
  const problems = answer.error === null ? { fields: {}, rest: null } : problemsByField(answer.error, fields);
  return (
    <Page
      title="Explain a flow"
      parent={{ label: 'Policies', path: '/policies' }}
      subtitle="What becomes of a new flow now: the policy that it meets, and the path that it takes"
    >
      <Panel>
        <QuestionForm key={JSON.stringify(asked)} asked={asked} errors={problems.fields} />
        {problems.rest !== null && (
          <Alert color="red" role="alert" mt="md">
            {problems.rest}
          </Alert>
        )}
      </Panel>
      {skip && (
        <EmptyState title="Which flow?">
          Name where it comes from and where it goes: an address such as 10.1.0.10, or a site for any host in its LAN.
        </EmptyState>
      )}
      {!skip && answer.error === null && answer.data !== null && (
        <ExplanationView explanation={answer.data.explainFlow} />
      )}
    </Page>
  );
}

interface QuestionFormProps {
  readonly asked: Question;
  readonly errors: Readonly<Record<string, string>>;
}

function QuestionForm({ asked, errors }: QuestionFormProps) {
  const [question, setQuestion] = useState(asked);
  const setAddress = useSetAddress();
  const { sites } = useNetwork();
  const names = sites.map(({ name }) => name);
  const change = (name: keyof Question) => (value: string) => setQuestion({ ...question, [name]: value });
  const ports = withPorts.has(question.protocol);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const none = ports ? {} : { source_port: '', destination_port: '' };
    setAddress(
      { ...question, ...none, protocol: question.protocol === 'tcp' ? '' : question.protocol },
      { push: true },
    );
  };
  const text = (name: keyof Question, label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      inputMode={name === 'server_name' ? 'text' : 'numeric'}
      value={question[name]}
      error={errors[name]}
      disabled={!ports && name.endsWith('_port')}
      onChange={(event) => change(name)(event.currentTarget.value)}
    />
  );
  const end = (name: 'source' | 'destination', label: string) => (
    <Autocomplete
      label={label}
      placeholder="Address or site"
      data={names}
      value={question[name]}
      error={errors[name]}
      onChange={change(name)}
    />
  );
  return (
    <form className={classes.question} onSubmit={submit} noValidate>
      {end('source', 'From')}
      {end('destination', 'To')}
      <Select
        label="Protocol"
        data={protocols}
        value={question.protocol}
        error={errors['protocol']}
        allowDeselect={false}
        onChange={(value) => change('protocol')(value ?? 'tcp')}
      />
      {text('destination_port', 'To port', '443')}
      {text('source_port', 'From port', 'any')}
      {text('dscp', 'DSCP', '0')}
      {text('server_name', 'Server name', 'where it is known')}
      <Button type="submit" disabled={question.source === '' || question.destination === ''}>
        Explain
      </Button>
    </form>
  );
}

const questionIn = (parameters: Readonly<Record<string, string>>): Question => ({
  source: parameters['source'] ?? '',
  destination: parameters['destination'] ?? '',
  protocol: parameters['protocol'] ?? 'tcp',
  source_port: parameters['source_port'] ?? '',
  destination_port: parameters['destination_port'] ?? '',
  dscp: parameters['dscp'] ?? '',
  server_name: parameters['server_name'] ?? '',
});

/** What is no number goes as -1, which the API refuses at its field. */
const whole = (text: string): number | null =>
  text.trim() === '' ? null : /^\d{1,9}$/.test(text.trim()) ? Number(text) : -1;

const variablesOf = ({
  source,
  destination,
  protocol,
  source_port,
  destination_port,
  dscp,
  server_name,
}: Question) => ({
  source,
  destination,
  protocol,
  source_port: whole(source_port),
  destination_port: whole(destination_port),
  dscp: whole(dscp),
  ...(server_name.trim() === '' ? {} : { server_name: server_name.trim() }),
});
