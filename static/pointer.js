// What a mouse does by its user's hand.

/** Return false for the event of a mouse that rests: browsers report one where something appears under it. */
export const isByUser = ({ type, movementX, movementY }) => type !== "pointermove" || Boolean(movementX || movementY);
