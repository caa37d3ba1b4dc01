import type { Application, ApplicationInput } from './application-documents.ts';
import { parsePort, portText } from './signature-text.ts';

/** One way to recognise an application, as texts that people type. */
export interface Way {
  readonly domains: readonly string[];
  readonly prefixes: readonly string[];
  readonly ports: readonly string[];
}

/** An application as its form has it. */
export interface ApplicationValues {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  /** Empty: nothing is usual. */
  readonly dscp: number | '';
  readonly signatures: readonly Way[];
}

export const blankWay: Way = { domains: [], prefixes: [], ports: [] };
export const blankApplication: ApplicationValues = {
  name: '',
  title: '',
  description: '',
  category: 'custom',
  dscp: '',
  signatures: [blankWay],
};

export const valuesOf = (application: Application): ApplicationValues => ({
  name: application.name,
  title: application.title,
  description: application.description,
  category: application.category,
  dscp: application.dscp ?? '',
  signatures: application.signatures.map(({ domains, prefixes, ports }) => ({
    domains,
    prefixes,
    ports: ports.map(portText),
  })),
});

/** As the API takes it. A title that nobody chose is left to the API. */
export const asInput = ({ title, dscp, signatures, ...values }: ApplicationValues): ApplicationInput => ({
  ...values,
  ...(title.trim() === '' ? {} : { title }),
  dscp: dscp === '' ? null : dscp,
  signatures: signatures.map(({ domains, prefixes, ports }) => ({
    domains: [...domains],
    prefixes: [...prefixes],
    ports: ports.flatMap((text) => parsePort(text) ?? []),
  })),
});

/** What makes the same application again. */
export const inputOf = (application: Application): ApplicationInput => asInput(valuesOf(application));
