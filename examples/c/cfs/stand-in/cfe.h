/* Stand-in, not the real thing: the few types and calls of the core Flight System that the sketch uses, written for it. Build with the
 * framework's own cfe.h instead. */
#ifndef CFE_STAND_IN_H
#define CFE_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t uint8;
typedef uint16_t uint16;
typedef uint32_t uint32;
typedef int32_t int32;
typedef int32_t CFE_Status_t;
typedef uint32_t CFE_SB_PipeId_t;
typedef uint32_t CFE_SB_MsgId_t;
typedef size_t CFE_MSG_Size_t;
typedef struct {
  uint8 octets[8];
} CFE_MSG_Message_t;
typedef union {
  CFE_MSG_Message_t Msg;
} CFE_SB_Buffer_t;
typedef struct {
  uint32 Seconds, Subseconds;
} CFE_TIME_SysTime_t;

enum { CFE_SUCCESS = 0, CFE_SB_POLL = 0, CFE_EVS_EventType_INFORMATION = 2, CFE_EVS_EventType_ERROR = 3, CFE_ES_RunStatus_APP_RUN = 1 };

CFE_Status_t CFE_EVS_SendEvent(uint16 EventID, uint16 EventType, const char *Spec, ...);
CFE_Status_t CFE_SB_CreatePipe(CFE_SB_PipeId_t *PipeIdPtr, uint16 Depth, const char *PipeName);
CFE_Status_t CFE_SB_Subscribe(CFE_SB_MsgId_t MsgId, CFE_SB_PipeId_t PipeId);
CFE_Status_t CFE_SB_ReceiveBuffer(CFE_SB_Buffer_t **BufPtr, CFE_SB_PipeId_t PipeId, int32 TimeOut);
CFE_Status_t CFE_SB_TransmitMsg(const CFE_MSG_Message_t *MsgPtr, bool IsOrigination);
CFE_Status_t CFE_MSG_GetSize(const CFE_MSG_Message_t *MsgPtr, CFE_MSG_Size_t *Size);
CFE_TIME_SysTime_t CFE_TIME_GetTime(void);
uint32 CFE_TIME_Sub2MicroSecs(uint32 SubSeconds);
CFE_SB_MsgId_t CFE_SB_ValueToMsgId(uint32 MsgIdValue);
bool CFE_ES_RunLoop(uint32 *RunStatus);
void CFE_ES_ExitApp(uint32 ExitStatus);

#endif
