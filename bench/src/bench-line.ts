/** One measured figure. */
export interface BenchLine {
  readonly bench: string;
  /** What was measured, and under which circumstances: `outage p99, default profile`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, in the same unit, measured in the same run. */
  readonly baseline?: number;
  /** value ÷ baseline. */
  readonly ratio?: number;
  /** How many measurements the figure stands on. */
  readonly samples: number;
}

/** A bench as `main.ts` finds it: the export `bench` of a file in this folder, named after the file. */
export interface Bench {
  /** One line for the list of benches. */
  readonly about: string;
  /** What it can also measure alone, as `NAME/PART`. */
  readonly parts?: readonly string[];
  /** Measures the named part or all, and reports every figure when it is known. Cleans up after itself also when it fails. */
  run(report: (line: Omit<BenchLine, 'bench'>) => void, part?: string): Promise<void>;
}
