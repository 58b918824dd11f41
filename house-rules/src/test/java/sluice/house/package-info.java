/** The rules of the house: architecture, sources and format. */
package sluice.house;
