import type { Icon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Operation } from './session/can.ts';

/** A page under an address, loaded when it is first opened. `$name` in the path is a parameter. */
export interface FeaturePage {
  readonly path: string;
  readonly load: () => Promise<ComponentType>;
}

/** An entry of the menu. */
export interface FeatureLink {
  readonly label: string;
  readonly path: string;
  readonly icon: Icon;
  /** Shown to those only who may do this. */
  readonly operation?: Operation;
  /** A hook that tells whether it is shown now. */
  readonly useShown?: () => boolean;
}

/** An entry of the command palette that is not a page of the menu. */
export interface FeatureCommand {
  readonly label: string;
  readonly path: string;
  readonly operation?: Operation;
}

/** A part of the page: what `src/app/features.ts` lists. */
export interface Feature {
  readonly pages: readonly FeaturePage[];
  readonly links?: readonly FeatureLink[];
  readonly commands?: readonly FeatureCommand[];
}
