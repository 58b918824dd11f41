// An xid is the client's number times an odd constant, so that it looks random and leads back to the number.

#ifndef XID_H
#define XID_H

#define XID_FACTOR 2654435761u
#define XID_INVERSE 244002641u

#endif
