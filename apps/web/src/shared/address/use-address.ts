import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** All that the address bar says after the `?`. */
export const useAddressParameters = (): Readonly<Record<string, string>> => useSearch({ strict: false });

/** A part of the path: `hq` for `site` at `/sites/hq`. */
export function usePathParameter(name: string): string {
  const parameters: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  return parameters[name] ?? '';
}

/** Changes some parameters of the address; empty ones vanish. Typing in a field replaces, choosing a view can be taken back. */
export function useSetAddress(): (changes: Readonly<Record<string, string>>, options?: { push?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback(
    (changes, { push = false } = {}) => {
      const search = (before: Record<string, string>) => ({ ...before, ...changes });
      void navigate({ to: '.', search, replace: !push, resetScroll: false });
    },
    [navigate],
  );
}

/**
 * State that lives in the address bar, so that a link shows the same view. `initial` is what its absence means. With `push`
 * the browser's back button takes a change back.
 */
export function useAddress(
  name: string,
  initial = '',
  options: { push?: boolean } = {},
): readonly [string, (value: string) => void] {
  const value = useAddressParameters()[name] ?? initial;
  const setAddress = useSetAddress();
  const { push = false } = options;
  const set = useCallback(
    (next: string) => setAddress({ [name]: next === initial ? '' : next }, { push }),
    [setAddress, name, initial, push],
  );
  return [value, set];
}
