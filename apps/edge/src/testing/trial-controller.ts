import type { Policy } from '@patronus/core';
import {
  documentVersion,
  type ControllerMessage,
  type EdgeMessage,
  type SiteDocument,
  type TelemetryBatch,
} from '@patronus/protocol';
import { trialDocument } from '../reconcile/trial/trial-documents.ts';
import type { TrialGateway } from './trial-gateway.ts';

const everything: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };

/**
 * What a controller does with two edges, in the fewest words: gives each its document, passes on the keys of the other's
 * tunnels, confirms what is applied. The edges' enrolment secrets are those of {@link secrets}.
 */
export class TrialController {
  static readonly secrets = ['the-first-edges-secret', 'the-second-edges-secret'] as const;
  confirms = true;
  private readonly gateway: TrialGateway;
  confirmWindowMs = 30_000;
  private readonly keys: Readonly<Record<string, string>>[];

  /** `before`: the controller whose work this one continues. */
  constructor(gateway: TrialGateway, before?: TrialController) {
    this.gateway = gateway;
    this.keys = before?.keys ?? [{}, {}];
    gateway.react = (secret, message) =>
      this.react(
        TrialController.secrets.findIndex((each) => each === secret),
        message,
      );
  }

  document(index: number): SiteDocument {
    const made = trialDocument(index as 0 | 1, { policies: [everything], peerKeys: this.keys[1 - index]! });
    const content = { ...made, confirmWindowMs: this.confirmWindowMs };
    return { ...content, version: documentVersion(content) };
  }

  /** Every batch that an edge has delivered, in order. */
  telemetry(index: 0 | 1): TelemetryBatch[] {
    const member = this.gateway.members.get(TrialController.secrets[index]);
    return (member?.heard ?? []).filter((message) => message.type === 'telemetry').map((message) => message.batch);
  }

  heard(index: 0 | 1): readonly EdgeMessage[] {
    return this.gateway.members.get(TrialController.secrets[index])?.heard ?? [];
  }

  push(index: number): void {
    this.gateway.send(TrialController.secrets[index]!, { type: 'document', document: this.document(index) });
  }

  private react(index: number, message: EdgeMessage): ControllerMessage[] {
    if (message.type === 'hello') return [{ type: 'document', document: this.document(index) }];
    if (message.type === 'applied' && this.confirms) return [{ type: 'confirmed', version: message.version }];
    if (message.type === 'tunnel_keys') {
      this.keys[index] = message.keys;
      this.push(1 - index);
    }
    return [];
  }
}
