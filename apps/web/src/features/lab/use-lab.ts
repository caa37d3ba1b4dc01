import { useApiQuery } from '../../shared/api/use-api.ts';
import { labPresenceQuery } from './lab-documents.ts';

/** Whether a lab runs beside the controller. */
export const useHasLab = (): boolean => {
  const { data } = useApiQuery(labPresenceQuery, {});
  return data !== null && data.lab !== null;
};
