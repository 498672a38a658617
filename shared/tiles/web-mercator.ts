/** Of the sphere that web maps are drawn from (EPSG:3857). */
const RADIUS = 6_378_137;
const DEGREE = Math.PI / 180;
/** Where the square world of web maps ends. */
const MOST_LATITUDE = 85.051_128_779_806_6;

type Point = readonly number[];

/** Longitude and latitude in WGS 84 as metres in Web Mercator; what lies nearer to a pole than the map ends at its edge. */
export function toWebMercator([longitude = 0, latitude = 0]: Point): Point {
  const limited = Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, latitude));
  return [longitude * DEGREE * RADIUS, Math.log(Math.tan(Math.PI / 4 + (limited * DEGREE) / 2)) * RADIUS];
}

/** Metres in Web Mercator as longitude and latitude in WGS 84. */
export function fromWebMercator([x = 0, y = 0]: Point): Point {
  return [x / RADIUS / DEGREE, (2 * Math.atan(Math.exp(y / RADIUS)) - Math.PI / 2) / DEGREE];
}
