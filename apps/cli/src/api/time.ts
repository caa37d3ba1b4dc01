/** Unix ms, as the API tells times. */
export type Time = number | string;
