// Names at the ends of lines. Where ends are near each other, the names are moved apart.

/**
 * Return where labels stand that want to be at `wanted` (pixels from the top, in any order): each at least `room` from the
 * next, between `top` and `bottom`, and as near to where it wants to be as that allows. They must fit.
 */
export function placeApart(wanted, room, top, bottom) {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const blocks = [];
  for (const index of order) blocks.push(block([index]));
  for (let at = 1; at < blocks.length; at += 1) {
    while (at > 0 && overlap(blocks[at - 1], blocks[at])) { // labels that touch move as one
      blocks.splice(at - 1, 2, block([...blocks[at - 1].members, ...blocks[at].members]));
      at -= 1;
    }
  }
  const places = [];
  for (const { first, members } of blocks) members.forEach((index, position) => { places[index] = first + position * room; });
  return places;

  function block(members) {
    const least = top, most = bottom - (members.length - 1) * room;
    const middle = members.reduce((sum, index, position) => sum + wanted[index] - position * room, 0) / members.length;
    return { members, first: Math.max(least, Math.min(most, middle)) };
  }

  function overlap(above, below) {
    return above.first + above.members.length * room > below.first;
  }
}

let context;

/** Return the width of text of 12 pixels on the page. */
export function textWidth(text, weight = 400) {
  context ??= document.createElement("canvas").getContext("2d");
  context.font = `${weight} 12px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}

/** Return the text, cut in its middle if it is wider than `most` pixels. */
export function fitted(text, most) {
  if (textWidth(text) <= most) return text;
  let kept = [...text];
  while (kept.length > 2 && textWidth(`${kept.join("")}…`) > most) kept.splice(Math.floor(kept.length / 2), 1);
  const half = Math.ceil(kept.length / 2);
  return `${kept.slice(0, half).join("")}…${kept.slice(half).join("")}`;
}
