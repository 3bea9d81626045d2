// Times in the reader's own zone: how long ago where that says more, exact on hover.

const exact = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium", timeStyle: "long",
});
const sameYear = new Intl.DateTimeFormat(undefined, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
});
const older = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function read(moment, now) {
  const past = now - moment;
  if (past < -MINUTE || past >= 7 * DAY) {
    const year = new Date(now).getFullYear();
    return (moment.getFullYear() === year ? sameYear : older).format(moment);
  }
  if (past < MINUTE) return "just now";
  if (past < HOUR) return ago.format(-Math.floor(past / MINUTE), "minute");
  if (past < DAY) return ago.format(-Math.floor(past / HOUR), "hour");
  return ago.format(-Math.floor(past / DAY), "day");
}

/** Put all `time` elements below `root` into the reader's words. */
export function localize(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    element.textContent = read(moment, now);
    element.title = exact.format(moment);
  }
}

localize();
setInterval(localize, MINUTE);
